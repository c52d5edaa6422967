/** What goes wrong, until told otherwise; a number counts down. */
export interface ShopFaultSettings {
  /** Connections are cut without an answer. */
  down: boolean | number;
  /** 500, 502, 503…: answered with an HTML page. */
  status: number | null;
  /** How many requests get that status; null: all. */
  statusTimes: number | null;
  /** Every call takes this much longer. */
  slowMs: number;
  /** So many calls never get an answer, though their work is done. */
  hang: number;
  /** So many mutations are applied, then their connection is cut before the answer. */
  applyThenDrop: number;
  /** So many mutations are cut before anything is done. */
  dropBeforeApply: number;
  /** So many calls are told THROTTLED, whatever is in the bucket. */
  throttle: number;
  /** So many calls get an internal error inside a 200. */
  internalError: number;
  /** So many answers are broken off in the middle of their JSON. */
  badJson: number;
  /** Only calls with this field at their root are concerned by the counted ones. */
  field: string | null;
}

const calm: ShopFaultSettings = {
  down: false,
  status: null,
  statusTimes: null,
  slowMs: 0,
  hang: 0,
  applyThenDrop: 0,
  dropBeforeApply: 0,
  throttle: 0,
  internalError: 0,
  badJson: 0,
  field: null,
};

type Counted = "hang" | "applyThenDrop" | "dropBeforeApply" | "throttle" | "internalError" | "badJson";

export interface ShopFaults {
  readonly settings: Readonly<ShopFaultSettings>;
  /** Changes what is named, leaves the rest. */
  set(settings: Partial<ShopFaultSettings>): void;
  clear(): void;
  /** Before a request is read: cut it, or answer this status. */
  onRequest(): "down" | number | undefined;
  /** Counted down when asked. */
  takes(kind: Counted, fields: readonly string[]): boolean;
}

export function makeShopFaults(): ShopFaults {
  const settings: ShopFaultSettings = { ...calm };
  const set = (changes: Partial<ShopFaultSettings>): void => {
    for (const name of Object.keys(changes))
      if (!(name in calm))
        throw new Error(`There is no fault called ${name}: use ${Object.keys(calm).join(", ")}.`);
    Object.assign(settings, changes);
  };
  return {
    settings,
    set,
    clear: () => set(calm),
    onRequest() {
      if (settings.down) {
        if (typeof settings.down === "number") settings.down--;
        return "down";
      }
      if (settings.status === null || settings.statusTimes === 0) return undefined;
      if (settings.statusTimes !== null) settings.statusTimes--;
      return settings.status;
    },
    takes(kind, fields) {
      if (settings[kind] <= 0 || (settings.field !== null && !fields.includes(settings.field))) return false;
      settings[kind]--;
      return true;
    },
  };
}
