import type { QueueDatabase } from "../../src/index.ts";

/** Where a database is, and how to open it. */
export interface DatabasePlace {
  /** The same for the same database. Never shown: it may hold a password. */
  id: string;
  open(): Promise<QueueDatabase>;
}

interface Shared {
  opening: Promise<QueueDatabase>;
  users: number;
}

/** One open database a place in this process, however many queues and however often the flow is deployed. */
const open = new Map<string, Shared>();
/** A place may be opened again only when it was closed. */
const closing = new Map<string, Promise<void>>();

/** Opens a database or joins those who have it open. Each success needs one `releaseDatabase`. */
export async function acquireDatabase(place: DatabasePlace): Promise<QueueDatabase> {
  let shared = open.get(place.id);
  if (!shared) {
    const closed = closing.get(place.id) ?? Promise.resolve();
    shared = { opening: closed.then(() => place.open()), users: 0 };
    open.set(place.id, shared);
  }
  shared.users++;
  try {
    return await shared.opening;
  } catch (error) {
    if (open.get(place.id) === shared) open.delete(place.id);
    throw error;
  }
}

export async function releaseDatabase({ id }: DatabasePlace): Promise<void> {
  const shared = open.get(id);
  if (!shared || --shared.users > 0) return;
  open.delete(id);
  const closed = shared.opening.then((database) => database.close()).finally(() => closing.delete(id));
  closing.set(id, closed);
  await closed;
}
