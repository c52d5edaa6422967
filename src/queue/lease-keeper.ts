import type { Clock } from "./clock.ts";
import type { Deliveries, Delivery } from "./deliveries.ts";
import type { EventStore } from "./event-store.ts";
import type { Trouble } from "./trouble.ts";

/** Renews leases while this process lives, and frees those that nobody renews, its own and others'. */
export interface LeaseKeeper {
  /** No beat begins any more; resolves when the last one has ended. */
  stop(): Promise<void>;
}

/** Time that passed otherwise than by the beat's timer: the clock was set, or the machine slept. */
const JUMP_MS = 15_000;

export function startLeaseKeeper(options: {
  store: EventStore;
  clock: Clock;
  leaseMs: number;
  maxStalls: number;
  deliveries: Deliveries;
  trouble: Trouble;
  /** So much time has passed for the clock alone. */
  onJump(ms: number): void;
  /** A lease is over without an outcome: `dropped` by the flow, or taken by somebody else. */
  onLost(delivery: Delivery, dropped: boolean): void;
  /** Each beat. */
  onRecovered(freed: { released: number; dead: number }): void;
}): LeaseKeeper {
  const { store, clock, leaseMs, maxStalls, deliveries, trouble } = options;
  let beatAt = clock.now();
  let beating: Promise<void> = Promise.resolve();
  let stopped = false;

  const beat = () => {
    beating = keepLeases().then(() => {
      if (!stopped) timer = clock.after(leaseMs / 3, beat);
    });
  };
  let timer = clock.after(leaseMs / 3, beat);

  /** A jump of the clock is no time that a flow has had, or that a destination was away. */
  const mindTheClock = async (now: number): Promise<void> => {
    const jump = now - beatAt - leaseMs / 3;
    beatAt = now;
    if (Math.abs(jump) < JUMP_MS) return;
    for (const delivery of deliveries.all()) delivery.limitAt += jump;
    // Whatever the store holds of them ends by the clock as it is now.
    if (deliveries.all().length > 0) await renew(deliveries.all(), now);
    options.onJump(jump);
  };

  const keepLeases = async (): Promise<void> => {
    try {
      const now = clock.now();
      await mindTheClock(now);
      const kept = deliveries.all().filter(({ ended, limitAt }) => ended || now < limitAt);
      if (kept.length) await renew(kept, now);
      const recoveredAt = clock.now();
      const freed = await store.recover({ now: recoveredAt, maxStalls });
      trouble.isOver("keeping leases");
      for (const delivery of deliveries.inFlight())
        if (delivery.leaseUntil <= recoveredAt) options.onLost(delivery, true);
      options.onRecovered(freed);
    } catch (error) {
      trouble.is("keeping leases", error);
    }
  };

  const renew = async (kept: Delivery[], now: number): Promise<void> => {
    const lost = await store.extend(
      kept.map(({ ref }) => ref),
      leaseMs,
      now,
    );
    const gone = new Set(lost.map((ref) => deliveries.of(ref)));
    for (const delivery of kept) {
      if (!gone.has(delivery)) delivery.leaseUntil = now + leaseMs;
      // One that has ended hears it from its own settlement.
      else if (!delivery.ended) options.onLost(delivery, false);
    }
  };

  return {
    stop: async () => {
      stopped = true;
      clock.clear(timer);
      await beating;
    },
  };
}
