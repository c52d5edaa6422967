import type { Database } from "./database.ts";
import { serializationFailure } from "./errors.ts";

/** One call of a client: one transaction. */
export interface Call {
  db: Database;
  uid: number;
  context: Record<string, unknown>;
  /** What had been committed when the call began; what came later it may not touch. */
  snapshot: number;
  /** Inside `load`: the module of external ids without a dot. */
  importModule?: string;
  /** Set while lines are created with their order: its totals are worked out once, at the end. */
  postponed?: boolean;
  assignExternalId(name: string, model: string, id: number): void;
}

export function makeCall(
  db: Database,
  uid: number,
  context: Record<string, unknown>,
  snapshot: number,
): Call {
  return {
    db,
    uid,
    context,
    snapshot,
    assignExternalId(name, model, resId) {
      const key = name.includes(".") ? name : `${this.importModule ?? "__import__"}.${name}`;
      const existing = db.externalId(key);
      if (existing && existing.at > snapshot) throw serializationFailure();
      db.setExternalId(key, { model, resId, noupdate: context.noupdate === true, at: db.clock + 1 });
    },
  };
}
