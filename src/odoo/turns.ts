import type { OdooClient } from "./client.ts";
import { createGate, type Gate } from "./gate.ts";

const gates = new WeakMap<OdooClient, Gate>();

/**
 * Changes what stands in Odoo for one batch after the other, while others create. Two at once that reserve the same
 * stock make Odoo give up one of them after seconds of work, and can leave a reservation behind that no move holds.
 */
export function inTurn<T>(client: OdooClient, change: () => Promise<T>): Promise<T> {
  let gate = gates.get(client);
  if (!gate) {
    gate = createGate(1);
    gates.set(client, gate);
  }
  return gate.run(change);
}
