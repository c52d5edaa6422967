import { type Failure, failureOf, HoldfastError } from "../failure.ts";
import { inChunks } from "../group.ts";
import type { AdminClient } from "./admin.ts";
import {
  placeKey,
  readLevels,
  type StockLevel,
  type StockPlace,
  type StockState,
} from "./inventory-levels.ts";
import {
  activate,
  digits,
  type QuantityWrite,
  type WriteOutcome,
  writeQuantities,
} from "./inventory-writes.ts";
import { noteOurs } from "./own-levels.ts";
import { nameOf, neverStill, readRow, refusalOf } from "./stock-refusals.ts";

/** What may be sold of one item at one location. */
export interface StockRow {
  /** Digits or a GID. */
  inventoryItemId: string;
  locationId: string;
  /** Whole units; below zero counts as zero. */
  quantity: number;
  /**
   * How many units of Shopify's own open orders `quantity` already leaves out, because Odoo has set them aside.
   * With it, orders that Odoo does not have yet are subtracted, so that what is sold does not come back. Without it,
   * `quantity` is set as it is.
   */
  knownCommitted?: number;
  /** It comes from a full compare: where Shopify has another number, nobody told of a change, and that is drift. */
  compared?: boolean;
}

/** A number in Shopify that is not what it should be, although no change was told. */
export interface Drift {
  /** The SKU, or the item's id. */
  name: string;
  /** Digits. */
  locationId: string;
  has: number;
  shall: number;
}

export type StockResult = { row: StockRow } & (
  | { state: "set" | "unchanged"; before: number; after: number }
  /** Shopify does not count this item: nothing is written. */
  | { state: "untracked" }
  | { state: "failed"; failure: Failure }
);

export interface StockOptions {
  /** What to do where an item is not stocked: stock it there (default), or reject the row. */
  unstocked?: "activate" | "reject";
  /** One of Shopify's reasons; "correction" by default. */
  reason?: string;
  /** Told before it is repaired, once for each row. */
  onDrift?(drift: Drift[]): void;
}

/** Rows in one call; Shopify takes no more. */
const mostRows = 250;
/** So often a row that changes all the time is read and decided again. */
const mostRounds = 6;

/** What `available` has to become, by what Shopify has now. */
export function targetOf(row: StockRow, level: Pick<StockLevel, "committed">): number {
  const unknown = row.knownCommitted === undefined ? 0 : Math.max(0, level.committed - row.knownCommitted);
  return Math.max(0, row.quantity - unknown);
}

/**
 * Sets quantities by compare-and-set: reads, decides, writes only from what was read, and reads and decides again where
 * something changed in between. Repeating it is safe. One bad row fails alone.
 * @returns one result for each row, in their order; a failed call fails the rows that it leaves open.
 */
export async function setStock(
  client: AdminClient,
  rows: readonly StockRow[],
  options: StockOptions = {},
): Promise<StockResult[]> {
  const results = new Map<string, StockResult>();
  /** Of several rows for one place the last counts. */
  const open = new Map<string, OpenRow>();
  const keys = rows.map((row, at) => {
    const read = readRow(row);
    if ("class" in read) {
      results.set(`row ${at}`, { row, state: "failed", failure: read });
      return `row ${at}`;
    }
    const key = placeKey(read);
    open.set(key, { row, place: read, before: null });
    return key;
  });
  try {
    for (let round = 1; open.size > 0; ) {
      const failedBefore = results.size;
      await oneRound(client, open, results, options);
      // Only rounds that settled nothing count: a call may report one bad row at a time.
      if (results.size === failedBefore && ++round > mostRounds) throw neverStill(open.size);
    }
  } catch (error) {
    const failure = failureOf(error, "shopify");
    for (const [key, { row }] of open) results.set(key, { row, state: "failed", failure });
  }
  return keys.map((key, at) => ({ ...results.get(key)!, row: rows[at]! }));
}

interface OpenRow {
  row: StockRow;
  place: StockPlace;
  /** What was there before our first write; null: nothing was written yet. */
  before: number | null;
}

/** A row that has to be written, or at least made active. */
interface DueWrite extends QuantityWrite {
  key: string;
  active: boolean;
  committed: number;
}

/** Reads, decides and writes once; what it can't settle stays open. */
async function oneRound(
  client: AdminClient,
  open: Map<string, OpenRow>,
  results: Map<string, StockResult>,
  options: StockOptions,
): Promise<void> {
  const end = (key: string, result: StockResult): void => {
    results.set(key, result);
    open.delete(key);
  };
  const places = [...open.values()].map(({ place }) => place);
  const states = await readLevels(client, places);
  const due: DueWrite[] = [];
  for (const [key, entry] of [...open]) {
    const decision = await decide(client, key, entry, states.get(key)!, options.unstocked ?? "activate");
    if (decision === "again") entry.before ??= 0;
    else if ("state" in decision) end(key, decision);
    else due.push(decision);
  }
  const drift = due.filter((one) => {
    const { row, before } = open.get(one.key)!;
    return row.compared === true && before === null && one.quantity !== one.changeFromQuantity;
  });
  if (drift.length > 0) options.onDrift?.(drift.map(driftOf));
  for (const chunk of inChunks(due, mostRows)) {
    const changing = chunk.filter(({ quantity, changeFromQuantity }) => quantity !== changeFromQuantity);
    for (const { key, changeFromQuantity } of changing) open.get(key)!.before ??= changeFromQuantity;
    const answers =
      changing.length > 0 ? await writeQuantities(client, changing, options.reason ?? "correction") : [];
    const outcomes = new Map(changing.map(({ key }, at) => [key, answers[at]!]));
    for (const write of chunk) {
      const outcome = outcomes.get(write.key) ?? "written";
      if (outcome !== "again") end(write.key, await finish(client, write, open.get(write.key)!, outcome));
    }
  }
}

async function decide(
  client: AdminClient,
  key: string,
  { row, place, before }: OpenRow,
  state: StockState,
  unstocked: "activate" | "reject",
): Promise<DueWrite | StockResult | "again"> {
  const name = nameOf(state, place);
  const refused = refusalOf(state, place, name, unstocked);
  if (refused) return { row, state: "failed", failure: refused };
  if (!state.item!.tracked) return { row, state: "untracked" };
  if (!state.level) {
    // It starts with nothing available; the next round sets it.
    const failure = await activated(client, place, name);
    return failure ? { row, state: "failed", failure } : "again";
  }
  const { active, available, committed } = state.level;
  const quantity = targetOf(row, state.level);
  if (available !== quantity || !active)
    return { ...place, key, name, active, committed, quantity, changeFromQuantity: available };
  noteOurs(client, place, { available, committed });
  const unchanged = before === null || before === available;
  return { row, state: unchanged ? "unchanged" : "set", before: before ?? available, after: available };
}

/** Activates only now: with the number it had when it was deactivated it could be oversold for a moment. */
async function finish(
  client: AdminClient,
  write: DueWrite,
  { row, before }: OpenRow,
  outcome: Exclude<WriteOutcome, "again">,
): Promise<StockResult> {
  if (outcome !== "written") return { row, state: "failed", failure: outcome };
  const failure = write.active ? null : await activated(client, write, write.name);
  if (failure) return { row, state: "failed", failure };
  noteOurs(client, write, { available: write.quantity, committed: write.committed });
  return { row, state: "set", before: before ?? write.changeFromQuantity, after: write.quantity };
}

/** What is refused for good is this row's own failure; anything else ends the call. */
async function activated(client: AdminClient, place: StockPlace, name: string): Promise<Failure | null> {
  try {
    await activate(client, place, name);
    return null;
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.failure.code !== "activation_refused") throw error;
    return error.failure;
  }
}

function driftOf({ name, locationId, changeFromQuantity, quantity }: DueWrite): Drift {
  return { name, locationId: digits(locationId), has: changeFromQuantity, shall: quantity };
}
