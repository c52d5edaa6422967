import { from1 } from "./from-1.ts";

/** What a node of ours is set to, as a flow holds it. */
export type Settings = Record<string, unknown>;

/** What of a node's older settings is written differently now, by type: the new values; undefined takes one away. */
export type Step = Record<string, (old: Settings) => Settings>;

export interface Change {
  field: string;
  /** Undefined: the setting did not exist. */
  from: unknown;
  /** Undefined: the setting does not exist any more. */
  to: unknown;
}

export interface Migrated {
  from: number;
  settings: Settings;
  /** What a person may want to know: not of a new setting that is empty. */
  changes: Change[];
  /** A later version of this package wrote them: what they mean is not known. */
  newer: boolean;
}

/** `steps[0]` leads from version 1 to 2. Each change of what settings mean adds one, and a folder of exported flows. */
const steps: Step[] = [from1];

/** What a node's `configVersion` is when it is saved now. */
export const CONFIG_VERSION = steps.length + 1;

/** Brings settings of any version to this one, and says what changed. Before there were versions, it was version 1. */
export function migrate(type: string, old: Settings): Migrated {
  const written = Number(old.configVersion);
  const from = Number.isSafeInteger(written) && written > 0 ? written : 1;
  if (from >= CONFIG_VERSION) return { from, settings: old, changes: [], newer: from > CONFIG_VERSION };
  const settings = { ...old };
  for (const step of steps.slice(from - 1)) Object.assign(settings, step[type]?.(settings));
  const changes = Object.keys(settings)
    .filter((field) => JSON.stringify(settings[field]) !== JSON.stringify(old[field]))
    .map((field) => ({ field, from: old[field], to: settings[field] }))
    .filter(({ from, to }) => from !== undefined || !isEmpty(to));
  for (const { field, to } of changes) if (to === undefined) delete settings[field];
  settings.configVersion = CONFIG_VERSION;
  return { from, settings, changes, newer: false };
}

function isEmpty(value: unknown): boolean {
  return value === "" || (Array.isArray(value) && value.length === 0);
}
