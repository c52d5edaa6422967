import assert from "node:assert/strict";
import fc from "fast-check";
import type { Order } from "../../sandbox/shopify/admin/index.ts";
import { exactJson } from "../../sandbox/shopify/exact-json.ts";
import { makeOrders } from "../../sandbox/shopify/index.ts";
import { HoldfastError } from "../../src/failure.ts";
import { parseExactJson } from "../../src/json.ts";
import { type BackfillRun, runBackfill } from "../../src/shopify/backfill.ts";
import type { BackfillEvent } from "../../src/shopify/backfill-event.ts";
import {
  type Arrived,
  arrivedEvent,
  backfillTopics,
  missingEvents,
} from "../../src/shopify/backfill-missing.ts";
import { type BackfillSettings, readBackfillRequest } from "../../src/shopify/backfill-request.ts";
import { eventIdentity } from "../../src/shopify/event-identity.ts";
import { eventKey } from "../../src/shopify/event-key.ts";
import type { OrderChange } from "../../src/shopify/order-reader-shapes.ts";
import { type Shopify, startShopify, stopShopify } from "../support/shopify-admin.ts";

const noon = Date.parse("2026-11-20T12:00:00Z");
const at = (minute: number): string => `${new Date(noon + minute * 60_000).toISOString().slice(0, 19)}Z`;

const change = (more: Partial<OrderChange> = {}): OrderChange => ({
  id: "gid://shopify/Order/42",
  name: "#1001",
  createdAt: at(0),
  updatedAt: at(10),
  cancelledAt: null,
  refunds: [],
  fulfillments: [],
  ...more,
});
const told = (topic: string, minute: number, more: object = {}): Arrived =>
  arrivedEvent(topic, { id: 42, updated_at: at(minute), ...more });
const topicsOf = (order: OrderChange, arrived: Arrived[], topics = backfillTopics): string[] =>
  missingEvents(order, arrived, topics).map(({ topic }) => topic);

describe("what never arrived of an order", () => {
  it("is all of it where nothing did, and nothing where its last change was told", () => {
    const full = change({
      refunds: [{ id: "gid://shopify/Refund/7", createdAt: at(9) }],
      fulfillments: [
        { id: "gid://shopify/Fulfillment/8", name: "#1001.1", status: "SUCCESS", updatedAt: at(8) },
      ],
    });
    assert.deepEqual(topicsOf(full, []), ["orders/create", "fulfillments/create", "refunds/create"]);
    const arrived = [
      told("orders/create", 0),
      told("orders/updated", 10),
      arrivedEvent("refunds/create", { id: 7 }),
      arrivedEvent("fulfillments/create", { id: 8, updated_at: at(8) }),
    ];
    assert.deepEqual(topicsOf(full, arrived), []);
  });

  it("is its later state where only an earlier one came", () => {
    assert.deepEqual(topicsOf(change(), [told("orders/create", 0)]), ["orders/updated"]);
    assert.deepEqual(topicsOf(change(), [told("orders/paid", 10)]), []);
    const cancelled = change({ cancelledAt: at(10) });
    assert.deepEqual(topicsOf(cancelled, [told("orders/create", 0)]), ["orders/cancelled"]);
    const known = told("orders/cancelled", 9, { cancelled_at: at(9) });
    assert.deepEqual(topicsOf(cancelled, [known]), ["orders/updated"]);
    const parcel = {
      id: "gid://shopify/Fulfillment/8",
      name: "#1001.1",
      status: "CANCELLED",
      updatedAt: at(9),
    };
    const sent = arrivedEvent("fulfillments/create", { id: 8, updated_at: at(5) });
    assert.deepEqual(topicsOf(change({ fulfillments: [parcel] }), [told("orders/updated", 10), sent]), [
      "fulfillments/update",
    ]);
    // One that was called back before anybody heard of it moves no goods.
    assert.deepEqual(topicsOf(change({ fulfillments: [parcel] }), [told("orders/updated", 10)]), []);
  });

  it("counts an instant as the same in whatever zone it is told", () => {
    const local = arrivedEvent("orders/updated", { id: 42, updated_at: "2026-11-20T07:10:00-05:00" });
    assert.deepEqual(topicsOf(change(), [local]), []);
  });

  it("is only of the topics that are wanted", () => {
    assert.deepEqual(topicsOf(change(), [], ["orders/updated"]), ["orders/updated"]);
    assert.deepEqual(topicsOf(change(), [told("orders/create", 0)], ["orders/create"]), []);
    assert.deepEqual(topicsOf(change(), [], ["refunds/create"]), []);
  });

  it("is nothing a second time, whatever arrived before: what was brought counts as arrived", () => {
    const minute = fc.integer({ min: 0, max: 10 });
    const arrivals = fc.array(
      fc.oneof(
        fc.record({ topic: fc.constantFrom("orders/create", "orders/updated"), id: fc.constant(42), minute }),
        fc.record({ topic: fc.constant("fulfillments/create"), id: fc.constantFrom(8, 9), minute }),
        fc.record({ topic: fc.constant("refunds/create"), id: fc.constantFrom(6, 7), minute }),
      ),
      { maxLength: 6 },
    );
    const topics = fc.subarray([...backfillTopics]);
    fc.assert(
      fc.property(arrivals, fc.boolean(), topics, (before, cancelled, wanted) => {
        const order = change({
          cancelledAt: cancelled ? at(10) : null,
          refunds: [6, 7].map((id) => ({ id: `gid://shopify/Refund/${id}`, createdAt: at(9) })),
          fulfillments: [8, 9].map((id) => ({
            id: `gid://shopify/Fulfillment/${id}`,
            name: `#1001.${id}`,
            status: "SUCCESS",
            updatedAt: at(id),
          })),
        });
        const arrived = before.map(({ topic, id, minute: when }) =>
          arrivedEvent(topic, { id, updated_at: at(when) }),
        );
        const missing = missingEvents(order, arrived, wanted);
        const brought = missing.map(({ topic, record, changedAt }) =>
          arrivedEvent(topic, {
            admin_graphql_api_id: record,
            updated_at: changedAt,
            ...(cancelled && topic.startsWith("orders/") && { cancelled_at: at(10) }),
          }),
        );
        assert.deepEqual(missingEvents(order, [...arrived, ...brought], wanted), []);
        assert.ok(missing.every(({ topic }) => wanted.includes(topic)));
      }),
    );
  });
});

describe("what a backfill is asked for", () => {
  const settings: BackfillSettings = {
    topics: [],
    lookBackMs: 3 * 86_400_000,
    overlapMs: 3_600_000,
    settleMs: 300_000,
  };
  const read = (payload: unknown, position: number | null = null) =>
    readBackfillRequest(payload, settings, { now: noon, position });

  it("goes on where the last run ended, with an overlap, and leaves the newest changes to their webhooks", () => {
    for (const payload of [undefined, "", noon, {}]) {
      const { job, isPlain } = read(payload, noon - 86_400_000);
      assert.deepEqual(
        [job.from, job.to, job.by, isPlain],
        [noon - 86_400_000 - 3_600_000, noon - 300_000, "updated", true],
      );
    }
    assert.equal(read({}).job.from, noon - 3 * 86_400_000);
  });

  it("looks at first no further back than to the first event that arrived, unless it is told to", () => {
    const since = (payload: unknown, receivingSince: number, position: number | null = null) =>
      readBackfillRequest(payload, settings, { now: noon, position, receivingSince }).job.from;
    assert.equal(since({}, noon - 7_200_000), noon - 7_200_000 - settings.overlapMs);
    assert.equal(since({}, noon - 9 * 86_400_000), noon - settings.lookBackMs);
    assert.equal(since({}, noon, noon - 86_400_000), noon - 86_400_000 - settings.overlapMs);
    assert.equal(since({ from: "2026-10-01" }, noon), Date.parse("2026-10-01T00:00:00Z"));
    const short = { ...settings, overlapMs: 60_000 };
    const { job } = readBackfillRequest({}, short, { now: noon, position: null, receivingSince: noon });
    assert.deepEqual([job.from, job.to], [noon - settings.settleMs, noon - settings.settleMs]);
  });

  it("takes a range, topics, ids and a dry run from the message", () => {
    const { job, isPlain } = read({
      from: "2026-10-01",
      to: "2026-11-01T00:00:00+01:00",
      by: "created",
      topics: "orders/create, refunds/create",
      ids: [42, "gid://shopify/Order/43", "44"],
      dryRun: true,
    });
    assert.deepEqual(job, {
      by: "created",
      from: Date.parse("2026-10-01T00:00:00Z"),
      to: Date.parse("2026-10-31T23:00:00Z"),
      topics: ["orders/create", "refunds/create"],
      ids: ["42", "43", "44"],
      dryRun: true,
    });
    assert.equal(isPlain, false);
    assert.equal(read({ dryRun: true }).isPlain, false);
    const counts = read({ levels: ["gid://shopify/Location/7", "8"] });
    assert.deepEqual([counts.job.levels, counts.isPlain], [["7", "8"], false]);
    assert.equal("levels" in read({}).job, false);
  });

  for (const [what, payload] of Object.entries({
    "a time that is none": { from: "last week" },
    "a range that ends before it begins": { from: "2026-11-10", to: "2026-11-01" },
    "a topic that nobody can bring later": { topics: "orders/create, carts/create" },
    "an order's name for its id": { ids: ["#1001"] },
    "a wrong kind of range": { by: "paid" },
    "a location's name for its id": { levels: ["Harbour Street"] },
  }))
    it(`refuses ${what}, and says how to ask`, () => {
      assert.throws(
        () => read(payload),
        (thrown) =>
          thrown instanceof HoldfastError &&
          thrown.failure.code === "bad_request" &&
          thrown.failure.hint !== undefined,
      );
    });
});

describe("a backfill", function () {
  this.timeout(60_000);
  let shopify: Shopify;
  let placed: Order[];
  /** Stands for the queue: what it stored, by dedupe id. */
  let queue: Map<string, BackfillEvent>;
  const waits: string[] = [];
  beforeEach(async () => {
    shopify = await startShopify({ bucket: { maximum: 1_000_000, restoreRate: 1_000_000 } });
    queue = new Map();
    waits.length = 0;
    placed = makeOrders({ seed: 3, count: 60 }).map((made) => {
      shopify.pass(1000);
      return shopify.shop.orders.place(made.body);
    });
  });
  afterEach(stopShopify);

  const webhook = (topic: string, payload: unknown, n: number): void => {
    const shopifyHeaders = {
      topic,
      shop: shopify.domain,
      webhookId: `webhook-${n}`,
      eventId: "",
      apiVersion: "",
      triggeredAt: "",
    };
    const parsed = parseExactJson(exactJson(payload));
    queue.set(eventIdentity(topic, parsed, shopifyHeaders).dedupeId!, {
      topic,
      payload: parsed,
      text: "",
      reference: "",
      shopify: shopifyHeaders,
    });
  };
  const run = (job: Partial<BackfillRun["job"]> = {}, more: Partial<BackfillRun> = {}) =>
    runBackfill({
      client: shopify.client,
      shop: shopify.domain,
      job: {
        by: "updated",
        from: Date.now() - 86_400_000,
        to: Date.now() + 86_400_000,
        topics: [...backfillTopics],
        ids: null,
        dryRun: false,
        ...job,
      },
      arrived: async (id) =>
        [...queue.values()]
          .filter(({ topic, payload }) => eventKey(topic, payload) === `order:${id}`)
          .map(({ topic, payload }) => arrivedEvent(topic, payload)),
      emit: async (event) => {
        const { dedupeId } = eventIdentity(event.topic, event.payload, event.shopify);
        if (!queue.has(dedupeId!)) queue.set(dedupeId!, event);
      },
      signal: new AbortController().signal,
      onWait: (waiting) => waits.push(waiting?.failure.code ?? "on"),
      sleep: async () => {},
      ...more,
    });

  it("brings what no webhook brought, says which orders those were, and finds nothing the second time", async () => {
    for (const [n, order] of placed.entries()) if (n % 6 !== 0) webhook("orders/create", order.payload, n);
    const report = await run();
    assert.deepEqual([report.checked, report.missingCount, report.brought, report.failed], [60, 10, 10, []]);
    assert.deepEqual(
      report.missing.map(({ order, topic }) => [order, topic]),
      placed.filter((_, n) => n % 6 === 0).map(({ payload }) => [payload.name, "orders/create"]),
    );
    assert.equal(queue.size, 60);
    assert.equal((await run()).missingCount, 0);
    assert.equal(queue.size, 60);
  });

  it("gives the same change the same identity, whoever brings it: two at once double nothing", async () => {
    const reports = await Promise.all([run(), run({}, { client: shopify.clientWith() })]);
    assert.ok(reports.every(({ failed }) => failed.length === 0));
    assert.equal(queue.size, 60);
  });

  it("only reports in a dry run, and asks for no whole order then", async () => {
    const report = await run({ dryRun: true });
    assert.deepEqual([report.missingCount, report.brought, queue.size], [60, 0, 0]);
    assert.equal(shopify.calls("order"), 0);
  });

  it("waits through an outage and a throttled shop, and goes on where it was", async () => {
    shopify.faults.set({ status: 503, statusTimes: 3 });
    setTimeout(() => shopify.faults.set({ throttle: 6 }), 20);
    const report = await run();
    assert.equal(report.brought, 60);
    assert.ok(waits.includes("throttled"), waits.join());
    assert.equal(waits.at(-1), "on");
  });

  it("can be stopped, and goes on from the place it told", async () => {
    const stop = new AbortController();
    let position = 0;
    await assert.rejects(
      run(
        {},
        {
          signal: stop.signal,
          onProgress: (progress) => {
            position = progress.position;
            stop.abort();
          },
        },
      ),
      { name: "AbortError" },
    );
    assert.equal(queue.size, 50);
    const report = await run({ from: position });
    assert.equal(queue.size, 60);
    assert.equal(report.checked, 11);
  });

  it("sends every count at the locations named on, each once, and asks for no orders", async () => {
    const { stock } = shopify.shop;
    const places = stock.locations.slice(0, 3).map(({ id }) => id);
    const levels = stock.items.flatMap((item) => places.map((place) => ({ item, place })));
    for (const { item, place } of levels)
      if (Number(item.id) % 3 !== 0) stock.activate(item, stock.location(place)!);
    stock.items[0]!.tracked = false;
    const there = levels.filter(({ item, place }) => item.tracked && stock.level(item.id, place));
    const job = { levels: places, to: noon };
    const dry = await run({ ...job, dryRun: true });
    assert.deepEqual([dry.checked, dry.brought, queue.size], [there.length, 0, 0]);
    for (let round = 0; round < 2; round++) {
      const report = await run(job);
      assert.deepEqual([report.checked, report.brought, report.levels], [there.length, there.length, places]);
      assert.deepEqual([report.from, report.to], [null, null]);
    }
    const told = [...queue.values()].map(({ topic, payload }) => eventKey(topic, payload));
    assert.equal(new Set(told).size, there.length);
    assert.equal(queue.size, there.length, "a run that begins anew brings nothing twice");
    const [first] = queue.values();
    assert.deepEqual(Object.keys(first!.payload as object), [
      "inventory_item_id",
      "location_id",
      "available",
      "updated_at",
      "compared",
    ]);
    assert.equal(shopify.calls("orders"), 0);
    // The next night's are others.
    await run({ ...job, to: noon + 1 });
    assert.equal(queue.size, 2 * there.length);
    const narrow = await startShopify({ scopes: ["read_orders"] });
    await assert.rejects(run(job, { client: narrow.client }), /may not read stock .* lacks read_inventory/);
  });

  it("says which orders it could not read, and brings the others", async () => {
    const report = await run({ ids: [placed[0]!.id, "99"] });
    assert.deepEqual([report.brought, report.failed.map(({ order }) => order)], [1, ["99"]]);
  });

  it("names the scopes that are missing, and the days that Shopify hides", async () => {
    const narrow = await startShopify({ scopes: ["read_orders"] });
    await assert.rejects(
      run({}, { client: narrow.client }),
      /lacks read_customers, read_locations, read_products/,
    );
    const report = await run({ from: Date.now() - 90 * 86_400_000 });
    assert.match(report.notes.join(), /60 days.*read_all_orders/);
    assert.deepEqual((await run()).notes, []);
  });
});
