import type { Failure } from "../failure.ts";
import { type Clock, systemClock } from "./clock.ts";

export interface DigestEntry {
  queue: string;
  /** What people call it: "#1001". */
  reference: string | null;
  failure: Failure;
}

/** Dead letters of some time in one message. */
export interface Digest {
  count: number;
  /** From the first to the last of them, in milliseconds since 1970. */
  since: number;
  until: number;
  queues: Record<string, number>;
  /** The commonest first, each with the first one's words; at most five. */
  reasons: {
    class: string;
    code: string;
    message: string;
    hint?: string;
    count: number;
    references: string[];
  }[];
}

export interface Digester {
  add(entry: DigestEntry): void;
  /** Tells what is left, if anything. */
  stop(): void;
}

const FIRST_MS = 5_000;
const MOST_REASONS = 5;
const MOST_REFERENCES = 10;

/** Tells of dead letters at most once in `everyMs`; of the first after some seconds, because they seldom come alone. */
export function createDigester(
  everyMs: number,
  tell: (digest: Digest) => void,
  clock: Clock = systemClock,
): Digester {
  let gathered: (DigestEntry & { at: number })[] = [];
  let timer: unknown;
  let toldAt = Number.NEGATIVE_INFINITY;
  const flush = (): void => {
    timer = undefined;
    if (gathered.length === 0) return;
    toldAt = clock.now();
    const digest = digestOf(gathered);
    gathered = [];
    tell(digest);
  };
  return {
    add(entry) {
      const now = clock.now();
      gathered.push({ ...entry, at: now });
      const wait = Math.max(Math.min(FIRST_MS, everyMs), toldAt + everyMs - now);
      timer ??= clock.after(wait, flush);
    },
    stop() {
      clock.clear(timer);
      flush();
    },
  };
}

function digestOf(entries: (DigestEntry & { at: number })[]): Digest {
  const queues: Record<string, number> = {};
  const reasons = new Map<string, Digest["reasons"][number]>();
  for (const { queue, reference, failure } of entries) {
    queues[queue] = (queues[queue] ?? 0) + 1;
    const { class: failureClass, code, message, hint } = failure;
    const first = { class: failureClass, code, message, ...(hint ? { hint } : {}), count: 0, references: [] };
    const reason = reasons.get(`${failureClass} ${code}`) ?? first;
    reasons.set(`${failureClass} ${code}`, reason);
    reason.count++;
    if (reference && reason.references.length < MOST_REFERENCES) reason.references.push(reference);
  }
  return {
    count: entries.length,
    since: entries[0]!.at,
    until: entries.at(-1)!.at,
    queues,
    reasons: [...reasons.values()].sort((a, b) => b.count - a.count).slice(0, MOST_REASONS),
  };
}
