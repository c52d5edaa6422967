export * from "./order-book.ts";
export * from "./order-shapes.ts";
export * from "./server.ts";
export type { Shop } from "./shop.ts";
export type { Item, Level, Location } from "./stock.ts";
