import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { Failure } from "../../src/failure.ts";
import type { Counts, EventState, EventStore, LeasedEvent, Outcome } from "../../src/queue/event-store.ts";

const LEASE = 1_000;
const MAX_STALLS = 1;
const failure: Failure = { class: "unknown", code: "boom", message: "It broke.", source: "test", at: 1 };
const missing: Failure = { ...failure, class: "dependency" };

interface ModelEvent {
  id: string;
  seq: number;
  key: string | null;
  now: "waiting" | "leased" | "done" | "dead";
  dueAt: number;
  attempts: number;
  stalls: number;
  fence: number;
  leaseUntil: number;
  /** Died because what it needs was not there. */
  missed: boolean;
  /** Not 0: what it needs was not there, so those of its key that have 0 go first, then by these numbers. */
  behind: number;
}

/** The promise about keys, said outright instead of kept up step by step. */
class Model {
  readonly events: ModelEvent[] = [];
  readonly deadHoldsKey: boolean;
  constructor(deadHoldsKey: boolean) {
    this.deadHoldsKey = deadHoldsKey;
  }

  stateOf(event: ModelEvent): EventState {
    if (event.now !== "waiting") return event.now;
    if (event.key === null) return "ready";
    const lane = this.events.filter(({ key }) => key === event.key);
    const before = (other: ModelEvent) =>
      other.behind === event.behind ? other.seq < event.seq : other.behind < event.behind;
    const inTheWay = (other: ModelEvent) =>
      other.now === "leased" ||
      (before(other) &&
        (other.now === "waiting" || (other.now === "dead" && this.deadHoldsKey && !other.missed)));
    return lane.some((other) => other !== event && inTheWay(other)) ? "blocked" : "ready";
  }

  counts(): Omit<Counts, "oldestOpenAt"> {
    const counts = { blocked: 0, ready: 0, leased: 0, done: 0, dead: 0 };
    for (const event of this.events) counts[this.stateOf(event)]++;
    return counts;
  }

  /** The highest number of those that went behind the others of their key. */
  last(key: string | null): number {
    return Math.max(...this.events.filter((event) => event.key === key).map(({ behind }) => behind));
  }

  holds(id: string, fence: number): boolean {
    return this.events.some((event) => event.id === id && event.now === "leased" && event.fence === fence);
  }

  claimable(now: number): ModelEvent[] {
    return this.events.filter((event) => this.stateOf(event) === "ready" && event.dueAt <= now);
  }
}

type Step =
  | { do: "append"; key: string | null; many: number }
  | { do: "claim"; max: number }
  | { do: "settle"; which: number; to: Outcome["to"]; inMs: number; stale: boolean; missed: boolean }
  | { do: "extend"; which: number }
  | { do: "pass"; ms: number }
  | { do: "recover"; afterMs: number }
  | { do: "redrive" | "discard"; key: string | null; limit: number };

const keys = fc.constantFrom("a", "a", "b", null);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("append"), key: keys, many: fc.integer({ min: 1, max: 2 }) }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constant("claim"), max: fc.integer({ min: 1, max: 4 }) }) },
    {
      weight: 9,
      arbitrary: fc.record({
        do: fc.constant("settle"),
        which: fc.nat(1_000),
        stale: fc.nat(4).map((chance) => chance === 0),
        to: fc.constantFrom("done", "done", "done", "retry", "retry", "defer", "release", "dead"),
        inMs: fc.nat(900),
        missed: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("extend"), which: fc.nat(1_000) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("pass"), ms: fc.nat(1_200) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("recover"), afterMs: fc.constantFrom(0, LEASE) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom("redrive", "discard"),
        key: keys,
        limit: fc.integer({ min: 1, max: 3 }),
      }),
    },
  ) as fc.Arbitrary<Step>,
  { minLength: 60, maxLength: 120 },
);

/** Random histories: after every step the store must agree with the promise. */
export function describeModel(open: (options: { deadHoldsKey: boolean }) => Promise<EventStore>): void {
  describe("agrees with its promise after any history", () => {
    for (const deadHoldsKey of [true, false]) {
      it(deadHoldsKey ? "where dead letters hold their key" : "where dead letters let pass", async () => {
        const seed = Number(process.env.HOLDFAST_SEED ?? 20_261);
        const numRuns = Number(process.env.HOLDFAST_RUNS ?? 40);
        await fc.assert(
          fc.asyncProperty(steps, async (history) => {
            const store = await open({ deadHoldsKey });
            const model = new Model(deadHoldsKey);
            const live: LeasedEvent[] = [];
            let now = 1_000_000;
            for (const step of history) {
              if (step.do === "pass") now += step.ms;
              else if (step.do === "recover") now += step.afterMs;
              if (step.do !== "pass") await play(step, store, model, live, now);
              const { oldestOpenAt: _, ...counts } = await store.counts();
              assert.deepEqual(counts, model.counts());
            }
            const { events } = await store.list({ limit: 1_000 });
            assert.deepEqual(
              events.map(({ id, state, attempts, stalls }) => ({ id, state, attempts, stalls })),
              model.events.map((event) => ({
                id: event.id,
                state: model.stateOf(event),
                attempts: event.attempts,
                stalls: event.stalls,
              })),
            );
            await store.close();
          }),
          { seed, numRuns },
        );
      });
    }
  });
}

async function play(
  step: Exclude<Step, { do: "pass" }>,
  store: EventStore,
  model: Model,
  live: LeasedEvent[],
  now: number,
): Promise<void> {
  switch (step.do) {
    case "append": {
      const { key } = step;
      const news = Array.from({ length: step.many }, () => ({
        key,
        dedupeId: null,
        topic: "t",
        reference: null,
        envelope: "{}",
        payload: "{}",
      }));
      for (const { id } of await store.append(news, now))
        model.events.push({
          id,
          seq: model.events.length,
          key,
          now: "waiting",
          dueAt: 0,
          attempts: 0,
          stalls: 0,
          fence: 0,
          leaseUntil: 0,
          missed: false,
          behind: 0,
        });
      return;
    }
    case "claim": {
      const may = model.claimable(now);
      const { events } = await store.claim({ max: step.max, leaseMs: LEASE, now });
      assert.equal(events.length, Math.min(step.max, may.length), "claims as much as there is");
      for (const event of events) {
        const known = may.find(({ id }) => id === event.id);
        assert.ok(known, `event ${event.id} was not to be claimed`);
        assert.ok(event.fence > known.fence, "the fence grows");
        Object.assign(known, { now: "leased", fence: event.fence, leaseUntil: now + LEASE });
        live.push(event);
      }
      return;
    }
    case "settle": {
      const held = live.filter(({ id, fence }) => model.holds(id, fence));
      const some = step.stale ? live : held;
      const event = some[step.which % some.length];
      if (!event) return;
      const known = model.events.find(({ id }) => id === event.id)!;
      const holds = model.holds(event.id, event.fence);
      const at = now + step.inMs;
      const outcome = (
        step.to === "done" || step.to === "release"
          ? { to: step.to }
          : { to: step.to, at, failure: step.missed ? missing : failure }
      ) as Outcome;
      const [answer] = await store.settle([{ ref: { id: event.id, fence: event.fence }, outcome }], now);
      assert.equal(answer, holds ? "ok" : "lost");
      if (!holds) return;
      if (step.to === "done" || step.to === "dead") known.now = step.to;
      else known.now = "waiting";
      known.missed = step.to === "dead" && step.missed;
      if (step.to === "dead" || step.to === "retry") known.behind = 0;
      if (step.to === "retry" && step.missed) known.behind = model.last(known.key) + 1;
      if (step.to === "retry" || step.to === "dead") known.attempts++;
      if (step.to === "retry" || step.to === "defer") Object.assign(known, { dueAt: at, stalls: 0 });
      return;
    }
    case "extend": {
      const event = live[step.which % live.length];
      if (!event) return;
      const known = model.events.find(({ id }) => id === event.id)!;
      const holds = model.holds(event.id, event.fence);
      const lost = await store.extend([{ id: event.id, fence: event.fence }], LEASE, now);
      assert.equal(lost.length, holds ? 0 : 1);
      if (holds) known.leaseUntil = now + LEASE;
      return;
    }
    case "recover": {
      const expired = model.events.filter((event) => event.now === "leased" && event.leaseUntil <= now);
      for (const event of expired)
        Object.assign(
          event,
          ++event.stalls > MAX_STALLS ? { now: "dead", missed: false, behind: 0 } : { now: "waiting" },
        );
      const dead = expired.filter((event) => event.now === "dead").length;
      assert.deepEqual(await store.recover({ now, maxStalls: MAX_STALLS }), {
        released: expired.length - dead,
        dead,
      });
      return;
    }
    default: {
      const query = step.key === null ? {} : { key: step.key };
      const dead = model.events.filter(
        ({ now, key }) => now === "dead" && (step.key === null || key === step.key),
      );
      if (step.do === "redrive") {
        const some = dead.slice(0, step.limit);
        assert.equal(await store.redrive(query, { limit: step.limit, by: "test", now }), some.length);
        for (const event of some) Object.assign(event, { now: "waiting", attempts: 0, stalls: 0, dueAt: 0 });
      } else {
        assert.equal(await store.discard(query, { by: "test", reason: "test", now }), dead.length);
        for (const event of dead) event.now = "done";
      }
    }
  }
}
