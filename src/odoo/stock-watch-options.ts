import type { Failure } from "../failure.ts";
import type { OdooClient } from "./client.ts";
import type { OdooDelivery } from "./stock-deliveries.ts";
import type { CountedProduct, SkuField, Uncounted } from "./stock-products.ts";
import type { HeldStock, StockMeasure } from "./stock-quantities.ts";

/** Why stock is told: Odoo pushed, the cursor found it, a full compare, or somebody asked. */
export type StockCause = "push" | "cursor" | "compare" | "asked";

export interface StockReading {
  cause: StockCause;
  products: CountedProduct[];
  /** Of these products at every location asked for, but for those where no stock can lie. */
  held: HeldStock[];
  /** stock.locations of the table where no stock can lie; nothing is told of what they feed. */
  unusable: ReadonlySet<number>;
}

export interface Compared {
  /** When it ended, in milliseconds since 1970. */
  at: number;
  products: number;
  uncounted: Uncounted;
  /** Why nothing is told of some stock.locations. */
  unusable: Failure[];
}

export interface StockWatchState {
  /** How changes are heard of now: Odoo pushes them, or it is asked. */
  hears: "push" | "cursor";
  /** What it does besides: comparing everything, or nothing. */
  comparing: boolean;
  lastChangeAt: number | null;
  compared: Compared | null;
  /** Why nothing can be read now; it goes on by itself. */
  trouble: Failure | null;
  /** Why nothing is told of some stock.locations. */
  unusable: Failure[];
}

export interface StockWatchOptions {
  client: OdooClient;
  measure: StockMeasure;
  skuField: SkuField;
  /** Of the mapping's external ids. */
  prefix: string;
  /** The stock.locations to read, asked at every reading. @throws HoldfastError when it can't be said. */
  locations(): readonly number[];
  /** How often Odoo is asked for changes while it does not push them. */
  askEveryMs: number;
  compareEveryMs: number;
  deliveries: boolean;
  onStock(reading: StockReading): void;
  onDeliveries(deliveries: OdooDelivery[]): void;
  onCompared(compared: Compared): void;
  onState(state: StockWatchState): void;
}

export interface StockWatch {
  /** Odoo pushed: of products, of pickings. Only hints: nothing of it is believed. */
  pushed(hint: { products: readonly number[]; pickings: readonly number[] }): void;
  /** Reads and tells these products again, changed or not. */
  tell(which: { products?: readonly number[]; skus?: readonly string[] }): void;
  /** Reads and tells everything, as soon as possible. */
  compare(): void;
  state(): StockWatchState;
  stop(): Promise<void>;
}
