import { fields } from "./fields.ts";
import type { Settings, Step } from "./versions.ts";

/**
 * Version 1 is all that was saved before settings had a version. Settings that came later get the value by which the
 * node does what it did without them; two defaults that turned out too small are raised where nobody had changed them.
 */
const byType: Step = {
  "shopify-store": missing({ clientId: "", publicUrl: "" }),
  "queue-store": missing({
    engine: "embedded",
    mode: "single",
    url: "redis://127.0.0.1:6379",
    servers: "",
    masterName: "mymaster",
    username: "",
    prefix: "holdfast",
  }),
  "shopify-webhook-in": missing({ publicUrl: "", registration: "check", checkMinutes: 60 }),
  "durable-queue": (old) => ({
    ...missing({
      role: "both",
      leaseSeconds: 30,
      coalesce: false,
      dedupeHours: 72,
      keepDoneDays: 14,
      keepDoneCount: 100_000,
    })(old),
    ...raised(old, "concurrency", [20, 40], 100),
  }),
  "location-mapper": (old) => ({
    ...missing({ store: "", server: "" })(old),
    rows: rowsOf(old.rows).map((row) => ({
      ...row,
      ...missing({ stockDirection: "odoo", stockLocationIds: "", buffer: "" })(row),
    })),
  }),
  // Before orders could be confirmed and invoiced, none was.
  "shopify-to-odoo": missing({
    missingProduct: "reject",
    products: "ignore",
    store: "",
    recheck: false,
    outputs: 1,
    confirm: "never",
    holdTags: "",
    testOrders: "import",
    invoice: "none",
    journals: [],
    odooTaxes: "as_shopify",
    missingTax: "reject",
    roundingAllowance: "",
    taxes: [],
    salesperson: "",
    team: "",
    pricelist: "",
    vatAttribute: "",
    tags: false,
    utm: false,
    externalIdPrefix: "",
    roundingSku: "",
  }),
  "odoo-write": (old) => ({ ...missing({ settles: true })(old), ...raised(old, "batchSize", [40], 100) }),
  "shopify-write": missing({ settles: true }),
  "dead-letter": missing({ digestMinutes: 0, reason: "" }),
  "queue-ack": missing({ outcome: "done", waitSeconds: 60, reason: "" }),
};

export const from1: Step = Object.fromEntries(
  Object.keys(fields).map((type) => [
    type,
    (old) => ({ ...missing({ sources: [] })(old), ...byType[type]?.(old) }),
  ]),
);

/** What of `values` the settings do not have. */
function missing(values: Settings): (old: Settings) => Settings {
  return (old) => Object.fromEntries(Object.entries(values).filter(([field]) => old[field] === undefined));
}

/** A new default, where one of the former ones stands. */
function raised(old: Settings, field: string, former: number[], now: number): Settings {
  return former.includes(Number(old[field])) ? { [field]: now } : {};
}

function rowsOf(rows: unknown): Settings[] {
  return Array.isArray(rows) ? rows : [];
}
