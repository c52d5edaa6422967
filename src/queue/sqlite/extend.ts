import type { DatabaseSync } from "node:sqlite";
import type { EventRef } from "../event-store.ts";
import type { Queue } from "./queues.ts";
import { seqOf } from "./rows.ts";

export const extendSql = {
  extend: `UPDATE event SET lease_until = ? WHERE seq = ? AND queue = ? AND state = 'leased' AND fence = ?`,
};

/** Renews leases; returns the lost ones. A lease whose time ran out but that nobody took is renewed. */
export function prepareExtend(
  db: DatabaseSync,
): (queue: Queue, refs: EventRef[], leaseMs: number, now: number) => EventRef[] {
  const extend = db.prepare(extendSql.extend);
  return (queue, refs, leaseMs, now) =>
    refs.filter(
      (ref) => extend.run(Math.ceil(now + leaseMs), seqOf(ref.id), queue.id, ref.fence).changes === 0,
    );
}
