import { type Failure, type FailureClass, HoldfastError } from "../failure.ts";
import { isJsonObject } from "../json.ts";
import type { AdminClient } from "./admin.ts";
import { type StockOptions, type StockResult, type StockRow, setStock } from "./inventory.ts";

/** The rows of a payload: one row, a list of them, or `{ rows }`. @throws HoldfastError `rejected` */
export function readStockRows(payload: unknown): StockRow[] {
  const inside = isJsonObject(payload) && "rows" in payload ? payload.rows : payload;
  const rows = Array.isArray(inside) ? inside : [inside];
  if (rows.every(isJsonObject)) return rows as unknown as StockRow[];
  throw new HoldfastError({
    class: "rejected",
    code: "bad_stock_row",
    message: "The message holds no stock rows.",
    hint: "msg.payload is a row, or a list of rows: inventoryItemId, locationId and quantity.",
    source: "shopify",
  });
}

/** Sets the rows of several messages in common calls; each message gets its own rows' results. */
export async function setStockOfAll(
  client: AdminClient,
  messages: readonly StockRow[][],
  options: StockOptions,
): Promise<StockResult[][]> {
  const results = await setStock(client, messages.flat(), options);
  let from = 0;
  return messages.map((rows) => {
    from += rows.length;
    return results.slice(from - rows.length, from);
  });
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
export function failureAmong(results: readonly StockResult[]): Failure | null {
  const failures = results.flatMap((one) => (one.state === "failed" ? [one.failure] : []));
  const [first, ...others] = failures.toSorted(
    (one, other) => urgency.indexOf(one.class) - urgency.indexOf(other.class),
  );
  if (!first || others.length === 0) return first ?? null;
  return { ...first, message: `${first.message} (So ${failures.length} of ${results.length} rows failed.)` };
}
