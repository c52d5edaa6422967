import { HoldfastError } from "../failure.ts";
import type { EventQuery } from "./event-store.ts";

/** An act on dead letters, as a message asks for it. */
export interface DeadLetterCommand {
  act: "redrive" | "discard";
  /** Undefined: the only queue there is. */
  queue: string | undefined;
  query: EventQuery;
  limit: number;
  by: string;
  reason: string;
}

const mostAtOnce = 10_000;

/**
 * Reads `{ topic: "redrive" | "discard", payload: { queue?, ids?, key?, failureClass?, all?, by?, reason? } }`.
 * Null when the topic is no command.
 * @throws HoldfastError `rejected` when the command does not say which dead letters it means.
 */
export function readDeadLetterCommand(topic: unknown, payload: unknown): DeadLetterCommand | null {
  if (topic !== "redrive" && topic !== "discard") return null;
  const asked = (typeof payload === "object" && payload !== null ? payload : {}) as Record<string, unknown>;
  const query: EventQuery = { states: ["dead"] };
  if (Array.isArray(asked.ids)) query.ids = asked.ids.map(String);
  if (typeof asked.key === "string") query.key = asked.key;
  if (typeof asked.failureClass === "string") query.failureClass = asked.failureClass;
  const limited = query.ids !== undefined || query.key !== undefined || query.failureClass !== undefined;
  if (!limited && asked.all !== true)
    throw new HoldfastError({
      class: "rejected",
      code: "bad_command",
      message: `The command "${topic}" does not say which dead letters it means.`,
      hint: "Give payload.ids, payload.key or payload.failureClass, or payload.all = true.",
      source: "queue",
    });
  return {
    act: topic,
    queue: typeof asked.queue === "string" && asked.queue !== "" ? asked.queue : undefined,
    query,
    limit: typeof asked.limit === "number" && asked.limit > 0 ? asked.limit : mostAtOnce,
    by: typeof asked.by === "string" ? asked.by : "flow",
    reason: typeof asked.reason === "string" ? asked.reason : "",
  };
}
