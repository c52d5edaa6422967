import { type Failure, failureOf, HoldfastError } from "../failure.ts";
import type { AdminClient, AdminOperation } from "./admin.ts";
import type { StockPlace } from "./inventory-levels.ts";

export const setQuantitiesOperation: AdminOperation = {
  name: "SetQuantities",
  text: `mutation SetQuantities($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    userErrors { code field message }
  }
}`,
  repeatable: true,
};

export const activateOperation: AdminOperation = {
  name: "ActivateInventory",
  text: `mutation ActivateInventory($item: ID!, $location: ID!, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $location) @idempotent(key: $key) {
    inventoryLevel { isActive }
    userErrors { field message }
  }
}`,
  repeatable: true,
};

export interface QuantityWrite extends StockPlace {
  quantity: number;
  /** What it must still be for this to be written. */
  changeFromQuantity: number;
  /** "TENT-RIDGE-2", or the id: for messages. */
  name: string;
}

/**
 * - `written`: Shopify has it.
 * - `again`: nothing is known of this row, or it changed meanwhile: read and decide again.
 * - a failure: this row will fail again.
 */
export type WriteOutcome = "written" | "again" | Failure;

interface RowError {
  code: string | null;
  field: string[] | null;
  message: string;
}

/**
 * One `inventorySetQuantities` call of at most 250 rows, with a key of its own.
 * @throws HoldfastError when the call itself failed; it may have been done.
 */
export async function writeQuantities(
  client: AdminClient,
  rows: readonly QuantityWrite[],
  reason: string,
): Promise<WriteOutcome[]> {
  const { inventorySetQuantities } = await client.run<{
    inventorySetQuantities: { userErrors: RowError[] };
  }>(
    setQuantitiesOperation,
    {
      input: {
        name: "available",
        reason,
        quantities: rows.map(({ inventoryItemId, locationId, quantity, changeFromQuantity }) => ({
          inventoryItemId,
          locationId,
          quantity,
          changeFromQuantity,
        })),
      },
      key: crypto.randomUUID(),
    },
    rows.length,
  );
  const errors = inventorySetQuantities.userErrors;
  if (errors.length === 0) return rows.map(() => "written");
  const ofCall = errors.find((error) => rowOf(error) === undefined && !passing.has(error.code ?? ""));
  if (ofCall) throw new HoldfastError(refusal("This stock update", ofCall));
  // Whether the other rows were written is not documented: reading again tells.
  const outcomes = rows.map((): WriteOutcome => "again");
  for (const error of errors) {
    const at = rowOf(error);
    if (at === undefined || passing.has(error.code ?? "") || !rows[at]) continue;
    outcomes[at] = refusal(`Stock of ${rows[at].name}`, error);
  }
  return outcomes;
}

/** Makes an item stocked at a location, with the quantities it had there. @throws HoldfastError */
export async function activate(client: AdminClient, place: StockPlace, name: string): Promise<void> {
  const { inventoryActivate } = await client.run<{ inventoryActivate: { userErrors: RowError[] } }>(
    activateOperation,
    { item: place.inventoryItemId, location: place.locationId, key: crypto.randomUUID() },
  );
  const [error] = inventoryActivate.userErrors;
  if (error)
    throw new HoldfastError({
      class: "rejected",
      code: "activation_refused",
      message: `${name} can't be stocked at location ${digits(place.locationId)}: ${error.message}`,
      hint: "Check in Shopify that the location is active, and map another one if it is not.",
      source: "shopify",
    });
}

/** Codes of what passes when read and decided again with a new key. */
const passing = new Set([
  "CHANGE_FROM_QUANTITY_STALE",
  "COMPARE_QUANTITY_STALE",
  "IDEMPOTENCY_CONCURRENT_REQUEST",
  "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
  "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
]);

const hints: Record<string, string> = {
  INVALID_INVENTORY_ITEM: "The variant was deleted in Shopify: discard this, or map the product anew.",
  INVALID_LOCATION: "The location was deleted in Shopify: map another one in the location-mapper.",
  NON_MUTABLE_INVENTORY_ITEM:
    "Shopify works out its quantity from its parts, as of a bundle: leave this product out of the stock sync.",
};

function refusal(what: string, { code, message }: RowError): Failure {
  const hint = hints[code ?? ""];
  return failureOf(
    new HoldfastError({
      class: "rejected",
      code: (code ?? "stock_refused").toLowerCase(),
      message: `${what} is refused by Shopify: ${message}`,
      ...(hint && { hint }),
      source: "shopify",
    }),
    "shopify",
  );
}

/** ["input", "quantities", "3", "quantity"] is row 3. */
function rowOf({ field }: RowError): number | undefined {
  const index = field?.find((part) => /^\d+$/.test(part));
  return index === undefined ? undefined : Number(index);
}

export function digits(id: string): string {
  return /(\d+)(?:\?.*)?$/.exec(id)?.[1] ?? id;
}
