import { type Failure, failureOf } from "../failure.ts";
import type { OdooClient } from "./client.ts";
import { refusal } from "./run.ts";

/** A stock.location of the location table, as Odoo has it. */
interface PlaceRow {
  id: number;
  complete_name: string;
  usage: string;
  active: boolean;
}

/** The stock.locations of these ids, archived ones too; in one call. @throws HoldfastError */
export async function readPlaces(client: OdooClient, ids: readonly number[]): Promise<Map<number, PlaceRow>> {
  const rows = (await client.call("stock.location", "search_read", {
    args: { domain: [["id", "in", [...new Set(ids)]]], fields: ["complete_name", "usage", "active"] },
    context: { active_test: false },
  })) as PlaceRow[];
  return new Map(rows.map((row) => [row.id, row]));
}

/** @returns the place's name. @throws HoldfastError where no stock can lie: it is gone, archived, or another kind of place. */
export function placeNamed(id: number, places: ReadonlyMap<number, PlaceRow>): string {
  const row = places.get(id);
  if (row?.active && row.usage === "internal") return row.complete_name;
  const hint = "Choose another stock location in the table of the location-mapper node, deploy, then retry.";
  if (!row)
    throw refusal("rejected", "stock_location_missing", `Odoo has no stock location ${id} any more`, hint);
  throw refusal(
    "rejected",
    "stock_location_unusable",
    row.active
      ? `no stock is counted at ${row.complete_name}: it is no place where stock lies (${row.usage})`
      : `${row.complete_name} is archived in Odoo`,
    hint,
  );
}

/** Which places of a table hold stock, asked once for each until it is told to forget. */
export interface StockPlaces {
  /** Why no stock can lie at these of the places; a place that Odoo does not know would read as empty. @throws HoldfastError */
  unusable(ids: readonly number[]): Promise<Map<number, Failure>>;
  forget(): void;
}

export function stockPlaces(client: OdooClient): StockPlaces {
  const known = new Map<number, Failure | null>();
  return {
    async unusable(ids) {
      const unknown = ids.filter((id) => !known.has(id));
      if (unknown.length > 0) {
        const places = await readPlaces(client, unknown);
        for (const id of unknown)
          known.set(
            id,
            why(() => placeNamed(id, places)),
          );
      }
      return new Map(
        ids.flatMap((id): [number, Failure][] => {
          const failure = known.get(id);
          return failure ? [[id, failure]] : [];
        }),
      );
    },
    forget: () => known.clear(),
  };
}

function why(look: () => unknown): Failure | null {
  try {
    look();
    return null;
  } catch (refused) {
    return failureOf(refused, "odoo");
  }
}
