import type { AdminClient } from "./admin.ts";
import { placeKey, type StockLevel, type StockPlace } from "./inventory-levels.ts";

const remembered = 50_000;
const written = new WeakMap<AdminClient, Map<string, number>>();

type Quantities = Pick<StockLevel, "available" | "committed">;

/** Remembers what this process set, or found as it should be; after a restart nothing is known, and looked at anew. */
export function noteOurs(client: AdminClient, place: StockPlace, level: Quantities): void {
  let places = written.get(client);
  if (!places) {
    places = new Map();
    written.set(client, places);
  }
  const key = placeKey(place);
  // The oldest goes first: a Map keeps its order.
  if (places.size >= remembered) places.delete(places.keys().next().value ?? "");
  places.delete(key);
  places.set(key, unitsOf(level));
}

/** Whether a level is still as it was set: a sale only moves units from available to committed. */
export function isOurs(client: AdminClient, place: StockPlace, level: Quantities): boolean {
  return written.get(client)?.get(placeKey(place)) === unitsOf(level);
}

function unitsOf({ available, committed }: Quantities): number {
  return available + committed;
}
