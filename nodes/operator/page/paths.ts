/** Where an event, and what can be done with a queue, is in the API. */

export function eventPath({ queue, id }: { queue: string; id: string }): string {
  return queuePath(queue, `events/${encodeURIComponent(id)}`);
}

export function queuePath(queue: string, what: string): string {
  return `/queues/${encodeURIComponent(queue)}/${what}`;
}
