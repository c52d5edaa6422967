export * from "./flash-sale.ts";
export * from "./order-changes.ts";
export * from "./orders.ts";
export * from "./webhooks.ts";
