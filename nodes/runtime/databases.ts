import type { QueueDatabase } from "../../src/index.ts";

/** Where a database is, and how to open it. */
export interface DatabasePlace {
  /** The same for the same database. Never shown: it may hold a password. */
  id: string;
  /** Calls back when the database is lost for good, though nobody closed it. */
  open(onLost: () => void): Promise<QueueDatabase>;
}

interface Shared {
  id: string;
  opening: Promise<QueueDatabase>;
  users: number;
}

/** One open database a place in this process, however many queues and however often the flow is deployed. */
const open = new Map<string, Shared>();
/** A place may be opened again only when it was closed. */
const closing = new Map<string, Promise<void>>();
const sharedOf = new WeakMap<QueueDatabase, Shared>();

/** Opens a database or joins those who have it open. Each success needs one `releaseDatabase`. */
export async function acquireDatabase(place: DatabasePlace): Promise<QueueDatabase> {
  const shared = open.get(place.id) ?? openShared(place);
  shared.users++;
  try {
    const database = await shared.opening;
    sharedOf.set(database, shared);
    return database;
  } catch (error) {
    forget(shared);
    throw error;
  }
}

function openShared(place: DatabasePlace): Shared {
  const closed = closing.get(place.id) ?? Promise.resolve();
  // Who still has a lost one lets go of it when they notice; the next to ask gets a new one.
  const opening = closed.then(() => place.open(() => forget(shared)));
  const shared: Shared = { id: place.id, opening, users: 0 };
  open.set(place.id, shared);
  return shared;
}

function forget(shared: Shared): void {
  if (open.get(shared.id) === shared) open.delete(shared.id);
}

export async function releaseDatabase(database: QueueDatabase): Promise<void> {
  const shared = sharedOf.get(database);
  if (!shared || --shared.users > 0) return;
  const { id } = shared;
  if (open.get(id) !== shared) return database.close();
  open.delete(id);
  const closed = database.close().finally(() => closing.delete(id));
  closing.set(id, closed);
  await closed;
}
