import { HoldfastError } from "../failure.ts";
import { idDigits } from "../shopify-id.ts";
import { type LocationRow, stockOf } from "./locations.ts";

/** What is wrong with a table, one sentence each; empty when nothing is. */
export function tableProblems(table: readonly LocationRow[]): string[] {
  const seen = new Map<string, number>();
  const problems = table.flatMap((row, index) => {
    const id = idDigits(row.shopifyId);
    const earlier = id === null ? undefined : seen.get(id);
    if (id !== null && earlier === undefined) seen.set(id, index);
    return [
      ...(id === null ? [`${label(row, index)} has no Shopify location id.`] : []),
      ...(earlier === undefined
        ? []
        : [`${label(row, index)} repeats the Shopify location ${id} of row ${earlier + 1}.`]),
      ...rowProblems(row).map((problem) => `${label(row, index)} ${problem}`),
    ];
  });
  problems.push(...sharedPlaces(table));
  const defaults = table.filter((row) => row.default === true).length;
  if (defaults > 1) problems.push(`${defaults} rows are marked as default; one at most can be.`);
  return problems;
}

/** @throws HoldfastError `location_table` with the first thing that is wrong with it. */
export function checkTable(table: readonly LocationRow[]): void {
  const [problem] = tableProblems(table);
  if (problem === undefined) return;
  throw new HoldfastError({
    class: "rejected",
    code: "location_table",
    message: problem,
    hint: "Correct the table of the location-mapper node, deploy, then retry.",
    source: "flow",
  });
}

function rowProblems(row: LocationRow): string[] {
  const problems: string[] = [];
  if (!isRecordId(row.warehouseId)) problems.push("has no Odoo warehouse.");
  if (!isRecordId(row.locationId)) problems.push("has no Odoo stock location.");
  const direction: unknown = row.direction ?? "odoo";
  if (direction !== "odoo" && direction !== "shopify")
    problems.push(
      `has the stock direction "${String(direction)}": either Odoo's count is the truth or Shopify's; with both, each would undo what the other counted.`,
    );
  const { locationIds, buffer } = stockOf(row);
  if (!(row.stockLocationIds ?? []).every(isRecordId))
    problems.push("has a stock location that is not an id, a number above 0.");
  if (!Number.isSafeInteger(buffer) || buffer < 0)
    problems.push("has a buffer that is not a whole number of units, 0 or more.");
  if (direction !== "shopify") return problems;
  if (locationIds.length > 1)
    problems.push(
      "takes Shopify's count, and several Odoo locations: nobody could say which of them it counted. Name one.",
    );
  if (buffer > 0)
    problems.push("takes Shopify's count, and a buffer: that only keeps back what Odoo offers.");
  return problems;
}

/** An Odoo location that follows one Shopify location can't have to do with another one's stock. */
function sharedPlaces(table: readonly LocationRow[]): string[] {
  const firstAt = new Map<number, number>();
  return table.flatMap((row, index) =>
    stockOf(row).locationIds.flatMap((id) => {
      const earlier = firstAt.get(id);
      if (earlier === undefined || earlier === index) {
        firstAt.set(id, index);
        return [];
      }
      const [one, other] = [stockOf(table[earlier]!).direction, stockOf(row).direction];
      if (one === "odoo" && other === "odoo") return [];
      const place = `the Odoo stock location ${id} of row ${earlier + 1}`;
      return one === other
        ? [`${label(row, index)} has ${place}, and both take Shopify's count: each would undo the other's.`]
        : [
            `${label(row, index)} has ${place}, and for one Odoo's count is the truth, for the other Shopify's: stock can't go both ways at once, each would undo what the other counted.`,
          ];
    }),
  );
}

function label(row: LocationRow, index: number): string {
  return `Row ${index + 1}${row.shopifyName ? ` (${row.shopifyName})` : ""}`;
}

function isRecordId(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}
