import type { Failure } from "../failure.ts";

export interface HoldOptions {
  /** Until the first probe. Default 5 s; doubles with each probe that finds the destination still away. */
  firstMs: number;
  /** No pause between probes grows beyond this. Default 5 min. */
  maxMs: number;
  /** The part of a pause that chance may take off, 0 to 1. Default 0.2. */
  jitter: number;
}

export const DEFAULT_HOLD: HoldOptions = { firstMs: 5_000, maxMs: 300_000, jitter: 0.2 };

/** A queue that delivers nothing but one probe at a time, because its destination is away. Never changed: replaced. */
export interface Hold {
  since: number;
  failure: Failure;
  /** Whose failure began it; null when no event's did. */
  beganBy: string | null;
  /** Probes so far that found the destination still away. */
  failedProbes: number;
  nextProbeAt: number;
}

export function beginHold(
  failure: Failure,
  beganBy: string | null,
  now: number,
  options: HoldOptions,
  random: () => number,
): Hold {
  return { since: now, failure, beganBy, failedProbes: 0, nextProbeAt: now + pause(0, options, random) };
}

/** The probe found the destination still away: wait longer. */
export function afterFailedProbe(
  hold: Hold,
  failure: Failure,
  now: number,
  options: HoldOptions,
  random: () => number,
): Hold {
  const failedProbes = hold.failedProbes + 1;
  return { ...hold, failure, failedProbes, nextProbeAt: now + pause(failedProbes, options, random) };
}

/** The probe was put back without a word about the destination: ask again after a pause as long as the last. */
export function afterLostProbe(hold: Hold, now: number, options: HoldOptions, random: () => number): Hold {
  return { ...hold, nextProbeAt: now + pause(hold.failedProbes, options, random) };
}

export function probeSoon(hold: Hold, now: number): Hold {
  return { ...hold, nextProbeAt: Math.min(hold.nextProbeAt, now) };
}

function pause(failedProbes: number, options: HoldOptions, random: () => number): number {
  const full = Math.min(options.maxMs, options.firstMs * 2 ** Math.min(failedProbes, 40));
  return Math.round(full * (1 - options.jitter * random()));
}
