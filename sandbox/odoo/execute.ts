import { type Call, makeCall } from "./call.ts";
import type { Database } from "./database.ts";
import { pythonError, serializationFailure, unprocessable } from "./errors.ts";
import { findMethod, type Method } from "./methods.ts";

export interface Request {
  model: string;
  method: string;
  ids: number[];
  params: Record<string, unknown>;
  context: Record<string, unknown>;
  uid: number;
  snapshot: number;
  /** A fault: this call loses against one that does not exist. */
  conflict?: boolean;
}

export interface Found {
  method: Method;
  call: Call;
}

export function prepare(
  db: Database,
  request: Pick<Request, "model" | "method" | "uid" | "context" | "snapshot">,
) {
  const call = makeCall(db, request.uid, request.context, request.snapshot);
  return { call, method: findMethod(call, request.model, request.method) };
}

/** Binds the parameters as Python would, and says so as inspect.signature does. */
export function checkParams(method: Method, params: Record<string, unknown>): void {
  const missing = method.required.find((name) => !(name in params));
  const unknown = Object.keys(params).find(
    (name) => ![...method.required, ...method.optional].includes(name),
  );
  if (missing !== undefined) throw unprocessable(`missing a required argument: '${missing}'`);
  if (unknown !== undefined) throw unprocessable(`got an unexpected keyword argument '${unknown}'`);
}

/** One transaction: done as a whole, or not at all. */
export function execute(db: Database, method: Method, call: Call, request: Request): unknown {
  if (request.conflict && request.method === "load") return lostLoad(request.params.data);
  if (request.conflict) throw serializationFailure();
  try {
    const result = method.run(call, request.model, request.ids, request.params);
    db.commit();
    return result;
  } catch (error) {
    db.rollbackTo(0);
    if (error instanceof TypeError || error instanceof RangeError)
      throw pythonError("TypeError", error.message);
    throw error;
  }
}

// As eight parallel loads of one external id were answered by a live 19.0.
function lostLoad(data: unknown): object {
  const message = "could not serialize access due to concurrent update\n";
  const messages =
    Array.isArray(data) && data.length > 0
      ? [{ rows: { from: 0, to: 0 }, record: 0, type: "error", message }]
      : [];
  return { ids: false, messages, nextrow: 0 };
}
