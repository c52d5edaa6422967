/** What goes wrong, and for how many calls: `true` until told otherwise, a number counts down. */
export interface FaultSettings {
  /** Connections are cut without an answer. */
  down: boolean | number;
  /** 502, 503…: answered with a proxy's HTML page. */
  status: number | null;
  /** How many calls get that status; null: all. */
  statusTimes: number | null;
  /** Every call takes this much longer. */
  slowMs: number;
  /** So many writing calls are committed, then their connection is cut before the answer. */
  commitThenDrop: number;
  /** So many writing calls are cut before anything is done. */
  dropBeforeCommit: number;
  /** So many loads lose against a parallel transaction. */
  conflict: number;
  /** So many calls get 429. */
  throttle: number;
  retryAfterSeconds: number;
  /** So many answers are broken off in the middle of their JSON or XML. */
  badJson: number;
  /** Only calls of this model, or this method, are concerned by the counted ones. */
  model: string | null;
  method: string | null;
}

const calm: FaultSettings = {
  down: false,
  status: null,
  statusTimes: null,
  slowMs: 0,
  commitThenDrop: 0,
  dropBeforeCommit: 0,
  conflict: 0,
  throttle: 0,
  retryAfterSeconds: 1,
  badJson: 0,
  model: null,
  method: null,
};

export type Trouble =
  | { kind: "down" | "dropBeforeCommit" }
  | { kind: "status"; status: number }
  | { kind: "throttle"; retryAfterSeconds: number };

export interface AskedCall {
  model: string;
  method: string;
  writes: boolean;
}

/** The stand-in's bad days, set from a test or over /sandbox/faults. */
export interface Faults {
  readonly settings: Readonly<FaultSettings>;
  /** Changes what is named, leaves the rest. */
  set(settings: Partial<FaultSettings>): void;
  clear(): void;
  down(on?: boolean | number): void;
  /** Without a status: back to normal. */
  status(status: number | null, times?: number): void;
  slow(ms: number): void;
  commitThenDrop(times?: number): void;
  dropBeforeCommit(times?: number): void;
  conflict(times?: number): void;
  throttle(times?: number, retryAfterSeconds?: number): void;
  badJson(times?: number): void;
  /** The port itself is closed, so connecting is refused; false opens it again. */
  refuse(on: boolean): Promise<void>;
}

/** The side of the faults that the server consults. */
export interface FaultBoard extends Faults {
  /** Before a request is read. */
  onRequest(): Trouble | undefined;
  /** Before a call is run. */
  onCall(call: AskedCall): Trouble | undefined;
  /** Counted down when asked. */
  takes(kind: "commitThenDrop" | "conflict" | "badJson", call: AskedCall): boolean;
}

export function makeFaults(refuse: (on: boolean) => Promise<void>): FaultBoard {
  const settings: FaultSettings = { ...calm };
  const set = (changes: Partial<FaultSettings>): void => {
    for (const name of Object.keys(changes)) {
      if (!(name in calm))
        throw new Error(`There is no fault called ${name}: use ${Object.keys(calm).join(", ")}.`);
    }
    Object.assign(settings, changes);
  };
  const concerns = (call: AskedCall): boolean =>
    (settings.model === null || settings.model === call.model) &&
    (settings.method === null || settings.method === call.method);
  const count = (
    kind: "commitThenDrop" | "dropBeforeCommit" | "conflict" | "throttle" | "badJson",
  ): boolean => {
    if (settings[kind] <= 0) return false;
    settings[kind]--;
    return true;
  };
  return {
    settings,
    set,
    refuse,
    clear: () => set(calm),
    down: (on = true) => set({ down: on }),
    status: (status, times) => set({ status, statusTimes: times ?? null }),
    slow: (ms) => set({ slowMs: ms }),
    commitThenDrop: (times = 1) => set({ commitThenDrop: times }),
    dropBeforeCommit: (times = 1) => set({ dropBeforeCommit: times }),
    conflict: (times = 1) => set({ conflict: times }),
    throttle: (times = 1, retryAfterSeconds = 1) => set({ throttle: times, retryAfterSeconds }),
    badJson: (times = 1) => set({ badJson: times }),
    onRequest() {
      if (settings.down) {
        if (typeof settings.down === "number") settings.down--;
        return { kind: "down" };
      }
      if (settings.status === null || settings.statusTimes === 0) return undefined;
      if (settings.statusTimes !== null) settings.statusTimes--;
      return { kind: "status", status: settings.status };
    },
    onCall(call) {
      if (!concerns(call)) return undefined;
      if (count("throttle")) return { kind: "throttle", retryAfterSeconds: settings.retryAfterSeconds };
      return call.writes && count("dropBeforeCommit") ? { kind: "dropBeforeCommit" } : undefined;
    },
    takes: (kind, call: AskedCall) =>
      concerns(call) &&
      (kind === "badJson" || call.writes) &&
      (kind !== "conflict" || call.method === "load") &&
      count(kind),
  };
}
