import { type EventQuery, HoldfastError } from "../../src/index.ts";

/** What an operator may ask for, as it stands in an address or in an act. */
export interface Filter {
  state?: string;
  topic?: string;
  class?: string;
  /** Order name, or any text in it. */
  q?: string;
  /** ISO 8601, or milliseconds since 1970. */
  from?: string;
  before?: string;
}

/** The states of the log, in the operator's words. */
const states: Record<string, (now: number) => EventQuery> = {
  // A dead letter has failed, too.
  attention: () => ({ states: ["blocked", "ready", "leased", "dead"], failed: true }),
  waiting: (now) => ({ states: ["blocked", "ready"], dueBy: now }),
  delayed: (now) => ({ states: ["ready"], dueAfter: now }),
  "in-flight": () => ({ states: ["leased"] }),
  dead: () => ({ states: ["dead"] }),
  applied: () => ({ states: ["done"], discarded: false }),
  discarded: () => ({ states: ["done"], discarded: true }),
  all: () => ({}),
};

export const stateNames = Object.keys(states);

/** The store's query behind a filter. @throws HoldfastError `bad_filter` */
export function toQuery(filter: Filter, now: number): EventQuery {
  const { state = "all", topic, class: failureClass, q, from, before } = filter;
  const chosen = Object.hasOwn(states, state) ? states[state]!(now) : null;
  if (!chosen) throw badFilter(`There is no state "${state}".`, `One of: ${stateNames.join(", ")}.`);
  return {
    ...chosen,
    ...(topic ? { topic } : {}),
    ...(failureClass ? { failureClass } : {}),
    ...(q?.trim() ? { text: q.trim() } : {}),
    ...(from ? { from: timeOf("from", from) } : {}),
    ...(before ? { before: timeOf("before", before) } : {}),
  };
}

/** What a searched text may be the name of: "1043" and "#1043" are the same order. */
export function namesOf(q: string): string[] {
  const text = q.trim();
  return text === "" ? [] : [...new Set([text, text.startsWith("#") ? text.slice(1) : `#${text}`])];
}

function timeOf(name: string, text: string): number {
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at))
    throw badFilter(`"${text}" is no time for "${name}".`, "Give one as 2026-05-01T08:00:00Z.");
  return at;
}

function badFilter(message: string, hint: string): HoldfastError {
  return new HoldfastError({ class: "rejected", code: "bad_filter", message, hint, source: "queue" });
}
