import type { EventQuery, EventStore, StoredEvent } from "./event-store.ts";

export interface QueuedEvent {
  queue: string;
  event: StoredEvent;
}

/** Where each queue goes on; a queue that was read to its end is not in it. */
export type Cursor = Record<string, number>;

/**
 * One page over several queues, the newest first.
 * @param cursor null for the first page.
 * @returns the page, and where the next one begins; null at the end.
 */
export async function findAcross(
  stores: EventStore[],
  query: EventQuery,
  { limit, cursor }: { limit: number; cursor: Cursor | null },
): Promise<{ found: QueuedEvent[]; next: Cursor | null }> {
  const lanes = await Promise.all(
    stores
      .filter(({ queue }) => cursor === null || queue in cursor)
      .map(async (store) => {
        const after = cursor?.[store.queue];
        const page = await store.list({
          ...query,
          order: "desc",
          limit,
          ...(after === undefined || after === 0 ? {} : { after }),
        });
        return { queue: store.queue, page, taken: 0, after: after ?? 0 };
      }),
  );
  const found: QueuedEvent[] = [];
  while (found.length < limit) {
    let newest: (typeof lanes)[number] | undefined;
    for (const lane of lanes) {
      const head = lane.page.events[lane.taken];
      const best = newest?.page.events[newest.taken];
      if (head && (!best || head.enqueuedAt > best.enqueuedAt)) newest = lane;
    }
    if (!newest) break;
    const event = newest.page.events[newest.taken++]!;
    newest.after = event.seq;
    found.push({ queue: newest.queue, event });
  }
  const unread = lanes.filter(({ page, taken }) => taken < page.events.length || page.next !== null);
  const next = Object.fromEntries(unread.map(({ queue, after }) => [queue, after]));
  return { found, next: unread.length > 0 ? next : null };
}
