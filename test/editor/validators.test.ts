import assert from "node:assert/strict";
import { definitionOf, judge } from "../support/editor-definition.ts";

interface Case {
  good: unknown[];
  bad: unknown[];
  /** The rest of the node. */
  node?: object;
}

/** A setting that names an environment variable: valid, whatever the field. */
const env = (name: string): string => ["$", "{", name, "}"].join("");

const cases: Record<string, Record<string, Case>> = {
  "shopify-store": {
    shop: {
      good: ["example.myshopify.com", "Shop-2.myshopify.com", env("SHOPIFY_SHOP")],
      bad: ["", "example", "https://example.myshopify.com", "www.example.com", "example.myshopify.com/admin"],
    },
    adminUrl: {
      good: ["", undefined, "https://example.com", "http://127.0.0.1:8080/shop", env("SHOPIFY_ADMIN_URL")],
      bad: ["example.com", "https://", "ftp://example.com"],
    },
    publicUrl: {
      good: ["", undefined, "https://hooks.example.com", "http://127.0.0.1:1880/", env("PUBLIC_URL")],
      bad: ["hooks.example.com", "https://hooks.example.com/shopify", "ftp://hooks.example.com"],
    },
    apiVersion: { good: ["2026-10", "2027-01", "unstable"], bad: ["", "2026-11", "2026", "latest"] },
  },
  "odoo-server": {
    url: {
      good: ["https://example.odoo.com", "http://127.0.0.1:8069/", env("ODOO_URL")],
      bad: ["", "example.odoo.com", "https://example.odoo.com/web", "https:// example.com"],
    },
    timeoutSeconds: { good: [60, "1.5", "900"], bad: ["", 0, "901", "1 min", -1] },
    maxParallel: { good: [1, "4", 64, env("PARALLEL")], bad: ["", 0, "1.5", 65] },
    minIntervalMs: { good: [0, "1000"], bad: ["", -1, "1s", 60001] },
  },
  "queue-store": {
    file: {
      good: ["holdfast/queue.db", "/data/queue.db", "C:\\data\\queue.db", env("QUEUE_FILE")],
      bad: ["", "holdfast/", "data\\"],
    },
    url: {
      good: ["redis://127.0.0.1:6379", "rediss://user@cache.example.com:6380/2", env("REDIS_URL")],
      bad: ["", "127.0.0.1:6379", "http://127.0.0.1", "redis://a, redis://b"],
      node: { engine: "redis", mode: "single" },
    },
    servers: {
      good: ["10.0.0.1:6379, 10.0.0.2:6379", "rediss://a:26379,b:26379", env("REDIS_SERVERS")],
      bad: ["", "10.0.0.1:6379 10.0.0.2:6379", "a,,b"],
      node: { engine: "redis", mode: "cluster" },
    },
    masterName: {
      good: ["mymaster", env("MASTER")],
      bad: ["", "my master"],
      node: { engine: "redis", mode: "sentinel" },
    },
    prefix: { good: ["holdfast", "", "shop-1"], bad: ["a:b", "{x}", "my shop"], node: { engine: "redis" } },
  },
  "odoo-stock-in": {
    askSeconds: { good: [15, "1", "3600", env("ASK")], bad: ["", 0, "3601", "15 s"] },
    compareHours: { good: [6, "0.1", 168], bad: ["", 0, 169, "daily"] },
    externalIdPrefix: { good: ["", "shop2_"], bad: ["shop 2", "a.b"] },
    buffers: {
      good: [[], [{ sku: "TENT", units: 2 }], [{ sku: "TENT", units: "2" }], [{ sku: "", units: "" }]],
      bad: [[{ sku: "", units: 2 }], [{ sku: "TENT", units: 0 }], [{ sku: "TENT", units: "two" }]],
    },
  },
  "shopify-backfill": {
    topics: {
      good: ["", "*", "orders/create", "orders/create, refunds/create\nfulfillments/update", env("TOPICS")],
      bad: ["orders/paid", "carts/create", "orders/create;refunds/create", "orders"],
    },
    lookBackHours: { good: [72, "1", env("HOURS")], bad: [0, "", "a week", 99_999] },
    overlapMinutes: { good: [60, "1.5"], bad: [0, ""] },
    settleMinutes: { good: [5, "0.5", env("MINUTES")], bad: [0, "", -1] },
  },
  "shopify-webhook-in": {
    publicUrl: {
      good: ["", "https://hooks.example.com", "https://example.com/in", env("PUBLIC_URL")],
      bad: ["hooks.example.com", "ftp://hooks.example.com", "https://", "/shopify/webhooks"],
    },
    checkMinutes: { good: [undefined, 60, "0.5"], bad: [0, "", "hourly"] },
    path: {
      good: ["/shopify/webhooks", "/shop", "/a.b/c-d_e~f/", env("WEBHOOK_PATH")],
      bad: ["", "/", "shopify", "/shop/:id", "/shop?x=1", "/a b", "//a"],
    },
    topics: {
      good: [
        "orders/create",
        "*",
        "orders/create, refunds/create",
        "orders/create\norders/updated\n",
        env("TOPICS"),
      ],
      bad: ["", "orders", "orders/create refunds", "orders/create;refunds/create", "orders create"],
    },
    limitMb: { good: [5, "0.5"], bad: ["", 0, "5 MB", 101] },
  },
  "durable-queue": {
    queue: { good: ["orders", "stock-2", "a.b_C"], bad: ["", "my orders", "orders/eu", "x".repeat(65)] },
    concurrency: { good: [1, "20", 1000], bad: ["", 0, "2.5", 1001] },
    processingMinutes: { good: [5, "0.5"], bad: ["", 0, "five"] },
    maxStalls: { good: [1, "5"], bad: ["", 0, 101] },
    dedupeHours: { good: [72, "1", undefined], bad: ["", 0, "3 d", 8761] },
    keepDoneDays: { good: [14, "0.5", undefined], bad: ["", 0, -1, 3651] },
    keepDoneCount: { good: [1, "100000", undefined], bad: ["", 0, "2.5", 10_000_001] },
    leaseSeconds: { good: [30, "3", undefined, env("LEASE")], bad: ["", 2, 3601, "half a minute"] },
  },
  "shopify-to-odoo": {
    shippingSku: {
      good: ["SHIPPING", "Delivery 24h", "", env("SHIPPING_SKU")],
      bad: [" SHIPPING x".repeat(9)],
    },
    missingProduct: { good: ["reject", "create"], bad: ["stand_in"], node: { productBy: "external_id" } },
    invoice: { good: ["none", "", undefined], bad: ["invoice"], node: { confirm: "never" } },
    journals: {
      good: [[{ gateway: "paypal", journal: "BNK1" }], [{ gateway: "*", journal: "BNK1" }, {}]],
      bad: [[], [{ gateway: "paypal", journal: "" }], [{ gateway: " ", journal: "BNK1" }]],
      node: { invoice: "invoice_and_payment" },
    },
    taxes: {
      good: [
        [],
        undefined,
        [{ country: "DE", title: "", rate: "19 %", tax: "19% VAT" }],
        [{ country: "", title: "exempt", rate: "", tax: "7" }, { tax: "" }],
      ],
      bad: [
        [{ rate: "19", tax: "" }],
        [{ rate: "much", tax: "7" }],
        [{ country: "Germany", tax: "7" }],
        [{ rate: "119", tax: "7" }],
      ],
    },
    roundingAllowance: { good: ["0.05", 0, "", env("CENTS")], bad: ["-1", "5 cents", 2] },
    externalIdPrefix: { good: ["", "uk_", "shop2"], bad: ["my shop", "a.b"] },
  },
  "odoo-write": {
    batchSize: { good: [1, "40", 500], bad: ["", 0, 501] },
    model: {
      good: ["", "sale.order", "x_custom"],
      bad: ["Sale Order", "sale..order", ".order"],
      node: { operation: "write" },
    },
    method: {
      good: ["", "action_confirm"],
      bad: ["action confirm", "_private", "a.b"],
      node: { operation: "call" },
    },
  },
  "retry-backoff": {
    maxAttempts: { good: [1, "8"], bad: ["", 0, 1001, "2.5"] },
    baseSeconds: { good: [2, "0.5"], bad: ["", 0, "2s"] },
    capSeconds: { good: [600, "1"], bad: ["", 0, 86401] },
  },
};

describe("editor validators", () => {
  for (const [type, properties] of Object.entries(cases)) {
    const definition = definitionOf(type);
    for (const [property, { good, bad, node = {} }] of Object.entries(properties)) {
      it(`takes good values of ${type}.${property}`, () => {
        for (const value of good)
          assert.equal(judge(definition, property, value, node), true, JSON.stringify(value));
      });
      it(`gives a reason for bad values of ${type}.${property}`, () => {
        for (const value of bad) {
          const reason = judge(definition, property, value, node);
          assert.equal(typeof reason, "string", `${JSON.stringify(value)} was taken`);
        }
      });
    }
  }

  it("wants a model where a record is created, and none for a plan", () => {
    const write = definitionOf("odoo-write");
    assert.match(String(judge(write, "model", "", { operation: "create" })), /technical name/);
    assert.equal(judge(write, "model", "whatever it was", { operation: "plan" }), true);
  });
});

describe("the location table", () => {
  const mapper = definitionOf("location-mapper");
  const row = {
    shopifyId: "1",
    shopifyName: "Lyon",
    warehouseId: 1,
    locationId: 8,
    code: "WH",
    isDefault: false,
  };
  const check = (rows: object[], node: object = {}): boolean | string =>
    judge(mapper, "rows", rows, { direction: "toOdoo", unmapped: "reject", ...node });
  const reasons = (rows: object[], node: object = {}): string[] => String(check(rows, node)).split("\n");

  it("may be empty", () => {
    assert.equal(check([]), true);
  });

  it("takes ids as digits, as GID, or from the environment", () => {
    const other = { ...row, shopifyId: "gid://shopify/Location/2", warehouseId: env("WH"), locationId: "9" };
    assert.equal(check([row, other, { ...row, shopifyId: env("LOCATION") }]), true);
  });

  it("says what is wrong with a row", () => {
    const found = reasons([{ ...row, shopifyId: "Lyon", warehouseId: 0, locationId: "" }]);
    assert.equal(found.length, 3);
    for (const reason of found) assert.match(reason, /^Row 1: /);
  });

  it("finds a Shopify location that stands there twice, as digits or as GID", () => {
    assert.deepEqual(reasons([row, { ...row, shopifyId: "gid://shopify/Location/1" }]), [
      "Row 2: this Shopify location stands in row 1 already",
    ]);
  });

  it("allows one default row", () => {
    const found = reasons([
      { ...row, isDefault: true },
      { ...row, shopifyId: "2", isDefault: true },
    ]);
    assert.deepEqual(found, ["Row 2: row 1 is the default already; there can be one"]);
  });

  it("wants a default row when the default row is to be taken", () => {
    assert.match(String(check([row], { unmapped: "default" })), /mark a row as default/);
    assert.equal(check([{ ...row, isDefault: true }], { unmapped: "default" }), true);
  });

  it("wants a stock location for each Shopify location on the way to Shopify", () => {
    const rows = [row, { ...row, shopifyId: "2" }];
    assert.equal(check(rows), true);
    assert.match(
      String(check(rows, { direction: "toShopify" })),
      /^Row 2: row 1 has the same stock location/,
    );
  });

  it("reads how stock is kept, and opens rows that were saved before", () => {
    const kept = { ...row, stockDirection: "odoo", stockLocationIds: "8, 12", buffer: "2", odooName: "WH" };
    assert.equal(check([kept, { ...row, shopifyId: "2", locationId: 9, stockDirection: "shopify" }]), true);
    const wrong = reasons([{ ...kept, stockLocationIds: "8, shelf", buffer: "-1" }]);
    assert.match(wrong.join(), /offered from.*kept back/);
  });

  it("refuses stock that goes both ways at one location", () => {
    const leads = { ...row, shopifyId: "2", stockDirection: "shopify" };
    assert.match(
      reasons([row, leads]).join(),
      /^Row 2: row 1 has the same stock location, and there the other/,
    );
    const shelves = { ...row, locationId: 9, stockLocationIds: `9 ${row.locationId}` };
    assert.match(reasons([shelves, leads]).join(), /^Row 2: row 1/);
    assert.match(reasons([{ ...leads, shopifyId: "3" }, leads]).join(), /two counts of Shopify's/);
  });

  it("takes the id out of what somebody pasted", () => {
    const idIn = mapper.idIn as (text: string) => string;
    for (const [pasted, id] of [
      [" 65310490778 ", "65310490778"],
      ["gid://shopify/Location/65310490778", "65310490778"],
      ["https://admin.shopify.com/store/example/settings/locations/65310490778", "65310490778"],
      ["https://example.odoo.com/odoo/action-350/3", "3"],
      ["https://example.odoo.com/web#id=28&cids=1&model=stock.location&view_type=form", "28"],
      [env("LOCATION"), env("LOCATION")],
    ] as const)
      assert.equal(idIn(pasted), id);
  });
});

describe("the waits of retry-backoff", () => {
  const retry = definitionOf("retry-backoff");
  const describeWaits = (...numbers: number[]): string =>
    (retry.describeWaits as (...args: number[]) => string).call(retry, ...numbers);

  it("double up to the longest", () => {
    assert.match(
      describeWaits(6, 2, 10),
      /^At most 2 s, 4 s, 8 s, 10 s, 10 s\. On average half of it: 17 s /,
    );
  });
  it("are abbreviated when there are many", () => {
    assert.match(describeWaits(1000, 2, 600), /10 min, 10 min?, …|…\. On average/);
  });
  it("are none with one attempt", () => {
    assert.match(describeWaits(1, 2, 600), /^None/);
  });
});
