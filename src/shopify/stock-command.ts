import { type Failure, type FailureClass, failureOf, HoldfastError } from "../failure.ts";
import { isJsonObject } from "../json.ts";
import type { AdminClient } from "./admin.ts";
import { type StockOptions, type StockResult, type StockRow, setStock } from "./inventory.ts";
import { findItems, forgetItem, type ItemName, nameKey } from "./variants.ts";

/** A stock row that names its item by SKU or barcode instead of Shopify's id. */
export type NamedStockRow = Omit<StockRow, "inventoryItemId"> & { sku?: string; barcode?: string };

/** As of a row with an id; `absent`: the shop has no item of that name, so there is nothing to write. */
export type CommandResult = StockResult | { row: NamedStockRow; state: "absent" };

/** The rows of a payload: one row, a list of them, or `{ rows }`. @throws HoldfastError `rejected` */
export function readStockRows(payload: unknown): (StockRow | NamedStockRow)[] {
  const inside = isJsonObject(payload) && "rows" in payload ? payload.rows : payload;
  const rows = Array.isArray(inside) ? inside : [inside];
  if (rows.every(isJsonObject)) return rows as unknown as (StockRow | NamedStockRow)[];
  throw new HoldfastError({
    class: "rejected",
    code: "bad_stock_row",
    message: "The message holds no stock rows.",
    hint: "msg.payload is a row, or a list of rows: sku or inventoryItemId, locationId and quantity.",
    source: "shopify",
  });
}

/**
 * Sets the rows of several messages in common calls; each message gets its own rows' results.
 * @throws HoldfastError when items could not be looked up.
 */
export async function setStockOfAll(
  client: AdminClient,
  messages: readonly (StockRow | NamedStockRow)[][],
  options: StockOptions,
): Promise<CommandResult[][]> {
  const results = await setNamed(client, messages.flat(), options);
  let from = 0;
  return messages.map((rows) => {
    from += rows.length;
    return results.slice(from - rows.length, from);
  });
}

async function setNamed(
  client: AdminClient,
  rows: readonly (StockRow | NamedStockRow)[],
  options: StockOptions,
): Promise<CommandResult[]> {
  const results = await setOnce(client, rows, options);
  // The variant was deleted and made anew since its id was remembered.
  const gone = results.flatMap((result, at) => {
    const name = nameOf(rows[at]!);
    const lost = result.state === "failed" && result.failure.code === "item_not_found";
    return name && lost ? [{ at, name }] : [];
  });
  if (gone.length === 0) return results;
  for (const { name } of gone) forgetItem(client, name);
  const again = await setOnce(
    client,
    gone.map(({ at }) => rows[at]!),
    options,
  );
  for (const [index, { at }] of gone.entries()) results[at] = again[index]!;
  return results;
}

async function setOnce(
  client: AdminClient,
  rows: readonly (StockRow | NamedStockRow)[],
  options: StockOptions,
): Promise<CommandResult[]> {
  const items = await findItems(
    client,
    rows.flatMap((row) => nameOf(row) ?? []),
  );
  const results: CommandResult[] = [];
  const known: { at: number; row: StockRow }[] = [];
  for (const [at, row] of rows.entries()) {
    const name = nameOf(row);
    if (!name) {
      known.push({ at, row: row as StockRow });
      continue;
    }
    const found = items.get(nameKey(name))!;
    if (found.length === 1) known.push({ at, row: { ...row, inventoryItemId: found[0]! } });
    else if (found.length === 0) results[at] = { row, state: "absent" };
    else results[at] = { row: row as StockRow, state: "failed", failure: ambiguous(name, found.length) };
  }
  const set = await setStock(
    client,
    known.map(({ row }) => row),
    options,
  );
  for (const [index, { at }] of known.entries()) results[at] = set[index]!;
  return results;
}

function nameOf(row: StockRow | NamedStockRow): ItemName | null {
  if ("inventoryItemId" in row && row.inventoryItemId) return null;
  const { sku, barcode } = row as NamedStockRow;
  if (typeof sku === "string" && sku.trim() !== "") return { sku: sku.trim() };
  if (typeof barcode === "string" && barcode.trim() !== "") return { barcode: barcode.trim() };
  return null;
}

function ambiguous(name: ItemName, count: number): Failure {
  const [what, text] = "sku" in name ? ["SKU", name.sku] : ["barcode", name.barcode];
  return failureOf(
    new HoldfastError({
      class: "rejected",
      code: "item_ambiguous",
      message: `${count} variants in Shopify have the ${what} ${text}: nobody can say whose stock this is.`,
      hint: "Give each variant a SKU of its own in Shopify, then retry.",
      source: "shopify",
    }),
    "shopify",
  );
}

/** What passes by itself goes first: after it the others are told again. */
const urgency: readonly FailureClass[] = [
  "unavailable",
  "throttled",
  "conflict",
  "unknown",
  "dependency",
  "rejected",
];

/** The failure of a message, if any of its rows failed. Repeating the others with it does no harm. */
export function failureAmong(results: readonly CommandResult[]): Failure | null {
  const failures = results.flatMap((one) => (one.state === "failed" ? [one.failure] : []));
  const [first, ...others] = failures.toSorted(
    (one, other) => urgency.indexOf(one.class) - urgency.indexOf(other.class),
  );
  if (!first || others.length === 0) return first ?? null;
  return { ...first, message: `${first.message} (So ${failures.length} of ${results.length} rows failed.)` };
}
