import { isJsonObject } from "../json.ts";
import type { BackfillJob, ReadRequest } from "./backfill-request.ts";

/** What is remembered between runs, as plain JSON. */
export interface BackfillState {
  /** Until when everything was looked at; null before the first run. */
  position: number | null;
  /** A run that was not finished, with what is left of it. */
  unfinished: ReadRequest | null;
}

/** What a context store gave back; anything odd counts as nothing. */
export function readBackfillState(value: unknown): BackfillState {
  if (!isJsonObject(value)) return { position: null, unfinished: null };
  const { position, unfinished } = value as Partial<BackfillState>;
  const job = isJsonObject(unfinished) ? unfinished.job : null;
  const usable = isJsonObject(job) && typeof job.from === "number" && typeof job.to === "number";
  return {
    position: typeof position === "number" ? position : null,
    unfinished: usable ? (unfinished as ReadRequest) : null,
  };
}

/** Everything before `at` is done. Orders that are named by id, or only looked for, are begun anew after a stop. */
export function progressed(state: BackfillState, request: ReadRequest, at: number): BackfillState {
  const { job, isPlain } = request;
  if (job.ids !== null || job.dryRun) return state;
  const left: BackfillJob = { ...job, from: Math.max(job.from, at) };
  return { ...state, unfinished: { job: left, isPlain } };
}

/** Only a run that went on where the last one ended moves the place where the next one begins. */
export function finished(state: BackfillState, { job, isPlain }: ReadRequest): BackfillState {
  return { position: isPlain ? Math.max(state.position ?? 0, job.to) : state.position, unfinished: null };
}
