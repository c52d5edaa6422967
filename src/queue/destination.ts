import type { Failure } from "../failure.ts";
import type { Delivery } from "./deliveries.ts";
import type { Outcome } from "./event-store.ts";
import {
  afterFailedProbe,
  afterLostProbe,
  beginHold,
  type Hold,
  type HoldOptions,
  probeSoon,
} from "./hold.ts";
import { decide, outcomeOf, type WorkerOutcome } from "./policy.ts";

/** What outcomes tell about the destination: whether it is away, and which event only says so. */
export interface Destination {
  hold(): Hold | null;
  /** The delivery that asks whether the destination is back. */
  probe(): Delivery | null;
  /** So many events to claim to find one that has not asked yet. */
  probeChoice(): number;
  /** The one to ask with: one that has not asked yet, so that none can block the rest. */
  choose<E extends { id: string }>(claimed: E[]): E | undefined;
  isProbe(delivery: Delivery): void;
  /** Nobody says how that delivery ended. */
  lost(delivery: Delivery): void;
  /** Returns what is stored about the event. */
  learn(delivery: Delivery, outcome: WorkerOutcome): Outcome;
  /** Somebody knows from elsewhere that it is away. */
  isAway(failure: Failure): void;
  probeNow(): void;
  /** The clock was set: none of that is time that passed. */
  shift(ms: number): void;
}

/** So often may an event hold the queue although others pass, until it counts as its own fault. */
const BLAMELESS_HOLDS = 3;
/** So many waiting events are looked at to find one that has not been a probe yet. */
const PROBE_CHOICE = 10;

export function createDestination(options: {
  now(): number;
  random(): number;
  hold: HoldOptions;
  changed(): void;
}): Destination {
  const { now, random, changed } = options;
  let hold: Hold | null = null;
  let probe: Delivery | null = null;
  /** Events that were probes in this hold, so that the next probe is another one. */
  let probed = new Set<string>();
  /** How often an event began a hold that another one's success ended. */
  const blame = new Map<string, number>();

  const begin = (failure: Failure, beganBy: string | null) => {
    hold = beginHold(failure, beganBy, now(), options.hold, random);
    probed = new Set(beganBy === null ? [] : [beganBy]);
    changed();
  };

  const end = (answeredBy: string) => {
    const beganBy = hold?.beganBy;
    if (beganBy && beganBy !== answeredBy) blame.set(beganBy, (blame.get(beganBy) ?? 0) + 1);
    blame.delete(answeredBy);
    hold = null;
    probed = new Set();
    changed();
  };

  const learnFromProbe = (before: Hold, id: string, outcome: WorkerOutcome) => {
    const failure = "failure" in outcome ? outcome.failure : undefined;
    if (outcome.to === "hold" || failure?.class === "unavailable")
      hold = afterFailedProbe(before, failure ?? before.failure, now(), options.hold, random);
    else if (outcome.to === "release") hold = afterLostProbe(before, now(), options.hold, random);
    else end(id);
  };

  return {
    hold: () => hold,
    probe: () => probe,
    probeChoice: () => Math.min(PROBE_CHOICE, probed.size + 1),
    choose: (claimed) => {
      const chosen = claimed.find(({ id }) => !probed.has(id)) ?? claimed[0];
      if (!chosen) return undefined;
      if (probed.has(chosen.id)) probed = new Set();
      probed.add(chosen.id);
      return chosen;
    },
    isProbe: (delivery) => {
      if (hold) probe = delivery;
    },
    lost: (delivery) => {
      // Its time is long over, so the next probe goes out at once.
      if (delivery === probe) probe = null;
    },
    learn: (delivery, outcome) => {
      const { id, attempts } = delivery.event;
      if (outcome.to === "done" || outcome.to === "dead") blame.delete(id);
      if (outcome.to === "hold" && !hold && (blame.get(id) ?? 0) >= BLAMELESS_HOLDS) {
        const failure = ownFault(outcome.failure);
        return stripHold(outcomeOf(decide(failure, attempts + 1, {}, random), failure, now()));
      }
      if (delivery === probe) {
        probe = null;
        if (hold) learnFromProbe(hold, id, outcome);
      } else if (outcome.to === "hold") {
        // During a hold this is an event from before it: it knows nothing new.
        if (!hold) begin(outcome.failure, id);
      } else if (outcome.to === "done") {
        // From before the hold, so perhaps older than the outage: worth a look, not a resume.
        if (hold && !probe) hold = probeSoon(hold, now());
      }
      return stripHold(outcome);
    },
    isAway: (failure) => {
      if (!hold) begin(failure, null);
    },
    probeNow: () => {
      if (hold) hold = probeSoon(hold, now());
    },
    shift: (ms) => {
      if (hold) hold = { ...hold, since: hold.since + ms, nextProbeAt: hold.nextProbeAt + ms };
    },
  };
}

/** A hold is the worker's business; the store puts the event back. */
function stripHold(outcome: WorkerOutcome): Outcome {
  return outcome.to === "hold" ? { to: "release", failure: outcome.failure } : outcome;
}

/** Others pass while this event alone says that the destination is away: then it is the event. */
function ownFault(failure: Failure): Failure {
  return {
    ...failure,
    class: "unknown",
    hint: `Other events went through meanwhile, so this one itself seems to cause it. ${failure.hint ?? ""}`.trim(),
  };
}
