import type { Clock } from "./clock.ts";
import type { Destination } from "./destination.ts";
import type { EventStore, LeasedEvent } from "./event-store.ts";
import { SUSPECT_PAUSE_MS, type Suspects } from "./suspects.ts";
import type { Trouble } from "./trouble.ts";

/** Takes events out of the store as long as there is room for them. */
export interface Claimer {
  /** There may be something to claim, or room for it. */
  wake(): void;
  /** Resolves when nothing is being claimed any more. */
  stop(): Promise<void>;
}

/** Nobody puts an event off for so long; whoever seems to have had a wrong clock. */
const FARTHEST_MS = 30 * 86_400_000;

export function createClaimer(options: {
  store: EventStore;
  clock: Clock;
  leaseMs: number;
  destination: Destination;
  trouble: Trouble;
  /** Neither paused nor stopping, and started. */
  mayClaim(): boolean;
  /** Deliveries that may be added. */
  free(): number;
  suspects: Suspects;
  deliver(event: LeasedEvent, asProbe?: boolean): void;
  /** Ends leases as if they had never been; resolves when that is stored. */
  putBack(events: LeasedEvent[], until?: number): Promise<unknown>;
}): Claimer {
  const { store, clock, leaseMs, destination, trouble, suspects, mayClaim, deliver, putBack } = options;
  let claiming: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let onStop = () => {};
  const stopping = new Promise<void>((resolve) => {
    onStop = resolve;
  });
  let timer: unknown;

  const wake = () => {
    if (claiming) {
      again = true;
      return;
    }
    claiming = claimWhileRoom().finally(() => {
      claiming = null;
      if (again) wake();
    });
  };

  const claimAt = (at: number) => {
    clock.clear(timer);
    if (!stopped) timer = clock.after(Math.max(0, at - clock.now()), wake);
  };

  const room = (): number => {
    const hold = destination.hold();
    if (!mayClaim()) return 0;
    if (!hold) return options.free();
    return destination.probe() === null && clock.now() >= hold.nextProbeAt ? Math.min(1, options.free()) : 0;
  };

  const claimWhileRoom = async (): Promise<void> => {
    do {
      again = false;
      clock.clear(timer);
      const free = room();
      const hold = destination.hold();
      if (free <= 0) {
        // Otherwise something else is in the way, and its end wakes us.
        if (mayClaim() && hold && !destination.probe() && hold.nextProbeAt > clock.now())
          claimAt(hold.nextProbeAt);
        return;
      }
      const quietUntil = hold ? null : suspects.quietUntil();
      if (quietUntil !== null) return claimAt(quietUntil);
      await (hold ? claimProbe() : claimUpTo(free));
    } while (again);
  };

  const claim = async (max: number, asOf = clock.now()) => {
    try {
      const claimed = await store.claim({ max, leaseMs, now: asOf });
      trouble.isOver("claiming");
      return claimed;
    } catch (error) {
      trouble.is("claiming", error);
      claimAt(clock.now() + trouble.pauseMs());
      return null;
    }
  };

  /** As if it were that time already; the leases then end by the clock as it is. */
  const claimStranded = async (max: number, asOf: number) => {
    const claimed = await claim(max, asOf);
    if (!claimed?.events.length) return claimed;
    const now = clock.now();
    try {
      await store.extend(claimed.events, leaseMs, now);
    } catch (error) {
      // The next beat does it.
      trouble.is("claiming", error);
    }
    return { ...claimed, events: claimed.events.map((event) => ({ ...event, leaseUntil: now + leaseMs })) };
  };

  const claimUpTo = async (max: number): Promise<void> => {
    let claimed = await claim(max);
    // Put off while the clock was wrong: it would never come.
    if (claimed?.events.length === 0 && (claimed.nextDueAt ?? 0) - clock.now() > FARTHEST_MS)
      claimed = await claimStranded(max, claimed.nextDueAt!);
    if (!claimed) return;
    // While the store answered, a person or an outage may have stopped the queue: they were never delivered.
    if (!mayClaim() || destination.hold()) return void putBack(claimed.events);
    await deliverAll(stillOurs(claimed.events));
    if (claimed.events.length === max) again = true;
    else if (claimed.nextDueAt !== null) claimAt(claimed.nextDueAt);
  };

  /** What the store answered too late for may be somebody else's by now. */
  const stillOurs = (events: LeasedEvent[]): LeasedEvent[] => {
    const now = clock.now();
    void putBack(events.filter(({ leaseUntil }) => leaseUntil <= now));
    return events.filter(({ leaseUntil }) => leaseUntil > now);
  };

  const deliverAll = async (events: LeasedEvent[]): Promise<void> => {
    const suspected = events.filter(suspects.is);
    if (suspected.length > 0 && !suspects.oneIsOut()) return deliverAlone(events, suspected);
    for (const event of events) if (!suspected.includes(event)) deliver(event);
    void putBack(suspected, clock.now() + SUSPECT_PAUSE_MS);
  };

  /** Delivers one suspect and nothing else; or nothing, until that can be. */
  const deliverAlone = async (events: LeasedEvent[], suspected: LeasedEvent[]): Promise<void> => {
    again = true;
    const suspect = suspects.mayGo() ? suspects.choose(suspected) : null;
    const back = putBack(events.filter((event) => event !== suspect));
    if (!suspect) return void (await Promise.race([back, stopping]));
    // It may end this process the moment it is delivered.
    await Promise.race([back, stopping]);
    if (mayClaim() && !destination.hold() && clock.now() < suspect.leaseUntil) deliver(suspect);
    else void putBack([suspect]);
  };

  /** One event asks whether the destination is back. */
  const claimProbe = async (): Promise<void> => {
    const claimed = await claim(destination.probeChoice());
    if (!claimed) return;
    if (!mayClaim()) return void putBack(claimed.events);
    const events = stillOurs(claimed.events);
    const chosen = destination.choose(events);
    void putBack(events.filter((event) => event !== chosen));
    if (chosen) deliver(chosen, true);
    else if (claimed.nextDueAt !== null) claimAt(claimed.nextDueAt);
  };

  return {
    wake,
    stop: async () => {
      stopped = true;
      onStop();
      clock.clear(timer);
      await claiming;
    },
  };
}
