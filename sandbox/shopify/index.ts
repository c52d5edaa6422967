export * from "./flash-sale.ts";
export * from "./orders.ts";
export * from "./webhooks.ts";
