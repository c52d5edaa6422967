import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Call } from "./call.ts";
import type { Database } from "./database.ts";
import { execute, type Request } from "./execute.ts";
import type { FaultBoard } from "./faults.ts";
import { answerHtml, proxyPage } from "./http-answers.ts";
import type { Method } from "./methods.ts";

/** What the two protocols share. */
export interface StandIn {
  database: Database;
  faults: FaultBoard;
  db: string;
  users: StandInUser[];
  major: number;
  callMs: number;
  /** Calls run so far, by "model.method". */
  calls: Map<string, number>;
}

export interface StandInUser {
  uid: number;
  login: string;
  apiKey: string;
}

/** Thrown when the connection was cut or answered already: nothing is left to say. */
export class Answered extends Error {}

/** Runs a call with whatever goes wrong around it. The transaction opens before the work, so calls overlap. */
export async function runCall(
  standIn: StandIn,
  request: Omit<Request, "snapshot" | "conflict">,
  found: { method: Method; call: Call },
  response: ServerResponse,
): Promise<unknown> {
  const { database, faults, callMs, calls } = standIn;
  const { method, call } = found;
  const asked = { model: request.model, method: request.method, writes: method.writes };
  const trouble = faults.onCall(asked);
  if (trouble?.kind === "throttle") {
    answerHtml(response, 429, proxyPage(429), { "Retry-After": String(trouble.retryAfterSeconds) });
    throw new Answered();
  }
  const lasts = callMs + faults.settings.slowMs;
  if (lasts > 0) await sleep(lasts);
  if (trouble) {
    response.socket?.destroy();
    throw new Answered();
  }
  const name = `${request.model}.${request.method}`;
  calls.set(name, (calls.get(name) ?? 0) + 1);
  const conflict = faults.takes("conflict", asked);
  const result = execute(database, method, call, { ...request, snapshot: call.snapshot, conflict });
  if (faults.takes("commitThenDrop", asked)) {
    response.socket?.destroy();
    throw new Answered();
  }
  return result;
}
