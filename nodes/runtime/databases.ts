import { type EmbeddedDatabase, openEmbeddedDatabase } from "../../src/index.ts";

interface Shared {
  opening: Promise<EmbeddedDatabase>;
  users: number;
}

/** One open database a file in this process, however many queues and however often the flow is deployed. */
const open = new Map<string, Shared>();
/** A file may be opened again only when it was closed. */
const closing = new Map<string, Promise<void>>();

/** Opens a database or joins those who have it open. Each success needs one `releaseDatabase`. */
export async function acquireDatabase(file: string): Promise<EmbeddedDatabase> {
  let shared = open.get(file);
  if (!shared) {
    const closed = closing.get(file) ?? Promise.resolve();
    shared = { opening: closed.then(() => openEmbeddedDatabase({ file })), users: 0 };
    open.set(file, shared);
  }
  shared.users++;
  try {
    return await shared.opening;
  } catch (error) {
    if (open.get(file) === shared) open.delete(file);
    throw error;
  }
}

export async function releaseDatabase(file: string): Promise<void> {
  const shared = open.get(file);
  if (!shared || --shared.users > 0) return;
  open.delete(file);
  const closed = shared.opening.then((database) => database.close()).finally(() => closing.delete(file));
  closing.set(file, closed);
  await closed;
}
