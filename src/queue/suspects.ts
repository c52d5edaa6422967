import type { Clock } from "./clock.ts";
import type { Deliveries, Delivery } from "./deliveries.ts";
import type { LeasedEvent } from "./event-store.ts";

/**
 * A process that dies leaves up to forty events in flight, and at most one of them killed it. Those that were in flight
 * at two deaths are suspects. A suspect is delivered alone: when nothing else is out, and all else that was claimed is
 * safely back in the store. So a death beside others makes an event a suspect, and only deaths that it was alone at can
 * make it a dead letter.
 */
export interface Suspects {
  is(event: LeasedEvent): boolean;
  /** Nothing more may go out until then, unless something comes in before; null: go on. */
  quietUntil(): number | null;
  /** One is out, for however long. */
  oneIsOut(): boolean;
  /** Whether one may go out now; if not, nothing else goes out before it may. */
  mayGo(): boolean;
  /** Of those that are suspects: the one to deliver. */
  choose(suspects: LeasedEvent[]): LeasedEvent;
  /** The flow dropped it, and this process lives: it is not what kills. */
  survived(event: LeasedEvent): void;
  /** It ended. */
  forget(event: LeasedEvent): void;
}

export const SUSPECT_STALLS = 2;
/** How long the others stay back, each time. */
export const SUSPECT_PAUSE_MS = 250;
/** Nothing is kept waiting for longer than this for what is out: the process has lived with it for so long. */
export const ALONE_MS = 10_000;

export function createSuspects(options: {
  clock: Clock;
  maxStalls: number;
  processingLimitMs: number;
  deliveries: Deliveries;
}): Suspects {
  const { clock, maxStalls, processingLimitMs, deliveries } = options;
  // The last stall that an event may have must be one that it had alone.
  const stallsOfSuspects = Math.max(1, Math.min(SUSPECT_STALLS, maxStalls));
  const survivors = new Set<string>();
  let oneWaits = false;

  const is = ({ id, stalls }: LeasedEvent) => stalls >= stallsOfSuspects && !survivors.has(id);
  const newUntil = ({ limitAt }: Delivery) => limitAt - processingLimitMs + ALONE_MS;
  const newOnes = () => deliveries.inFlight().filter((delivery) => newUntil(delivery) > clock.now());

  return {
    is,
    oneIsOut: () => deliveries.inFlight().some(({ event }) => is(event)),
    quietUntil: () => {
      const out = newOnes();
      if (out.length === 0) oneWaits = false;
      const inTheWay = oneWaits ? out : out.filter(({ event }) => is(event));
      return inTheWay.length > 0 ? Math.max(...inTheWay.map(newUntil)) : null;
    },
    mayGo: () => {
      oneWaits = newOnes().length > 0;
      return !oneWaits;
    },
    // Where something else kills the process again and again, no single one of them is caught each time.
    choose: (suspects) => suspects.reduce((a, b) => (b.stalls < a.stalls ? b : a)),
    survived: ({ id, stalls }) => {
      if (stalls < maxStalls) survivors.add(id);
    },
    forget: ({ id }) => void survivors.delete(id),
  };
}
