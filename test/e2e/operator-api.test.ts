import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { eventually } from "../support/eventually.ts";
import { brokenOrder, goodOrder, type Scene, startScene } from "../support/operator-scene.ts";

interface Schema {
  type?: string;
  enum?: unknown[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  $ref?: string;
}
interface Operation {
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
const document = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "..", "..", "docs", "operator-api.json"), "utf8"),
) as { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } };

interface Row {
  queue: string;
  id: string;
  reference: string;
  state: string;
  failure: { message: string; hint: string } | null;
  payload: string;
  history: { what: string; by: string | null; reason: string | null }[];
}

for (const version of [4, 5] as const)
  describe(`the operator's API on Node-RED ${version === 4 ? "4.1" : "5"}`, function () {
    this.timeout(120_000);
    let scene: Scene;
    before(async () => {
      scene = await startScene({ version, login: true });
    });
    after(() => scene?.end());

    const get = async <T>(route: string, as: "operator" | "reader" = "operator"): Promise<T> => {
      const response = await scene.api(route, { as });
      assert.equal(response.status, 200, `${route}: ${await response.clone().text()}`);
      return (await response.json()) as T;
    };
    const post = async <T>(route: string, body: object): Promise<T> => {
      const response = await scene.api(route, { as: "operator", body });
      assert.ok(response.ok, `${route}: ${await response.clone().text()}`);
      return (await response.json()) as T;
    };
    const search = (query: string) =>
      get<{ named: Row[]; events: Row[]; next: string | null }>(`/holdfast/events?${query}`);
    const named = async (q: string): Promise<Row | undefined> =>
      (await search(`q=${encodeURIComponent(q)}`)).named[0];
    const inState = (name: string, state: string): Promise<Row> =>
      eventually(`${name} is ${state}`, async () => {
        const row = await named(name);
        return row?.state === state ? row : null;
      });
    const counts = async () =>
      (await get<{ queues: { counts: Record<string, number> }[] }>("/holdfast/overview")).queues[0]!.counts;

    it("finds an order by its name whatever its state, and says what failed and what to do", async () => {
      await scene.send(goodOrder(1042));
      await scene.send(brokenOrder(1043, "SH-MISSING"));
      await inState("#1042", "applied");
      const dead = await inState("1043", "dead");
      assert.match(dead.failure!.message, /Order #1043: variant SKU SH-MISSING .* is not in Odoo/);
      assert.match(dead.failure!.hint, /Set Internal Reference SH-MISSING/);
      await post("/holdfast/queues/orders/pause", { reason: "stocktaking" });
      await scene.send(goodOrder(1044));
      await inState("#1044", "waiting");
      const { queues, health } = await get<{
        queues: { state: string; paused: { reason: string } }[];
        health: { status: string };
      }>("/holdfast/overview");
      assert.deepEqual(
        [queues[0]!.state, queues[0]!.paused.reason, health.status],
        ["paused", "stocktaking", "degraded"],
      );
      await post("/holdfast/queues/orders/resume", {});
      await inState("#1044", "applied");
    });

    it("shows an outage as a hold, and the order it keeps waiting", async () => {
      scene.odoo.faults.set({ status: 503 });
      await scene.send(goodOrder(1045));
      const queue = await eventually("the queue is held", async () => {
        const { queues } = await get<{
          queues: { held: { failure: { class: string }; nextProbeAt: number } | null }[];
        }>("/holdfast/overview");
        return queues[0]!.held;
      });
      assert.equal(queue.failure.class, "unavailable");
      const { destinations } = await get<{ destinations: { kind: string; answers: boolean }[] }>(
        "/holdfast/overview",
      );
      assert.deepEqual(
        destinations.map(({ kind, answers }) => [kind, answers]),
        [
          ["shopify", null],
          ["odoo", false],
        ],
      );
      assert.equal((await named("#1045"))!.state, "waiting");
      scene.odoo.faults.clear();
      assert.deepEqual(await post("/holdfast/queues/orders/probe", {}), { held: true });
      const done = await inState("#1045", "applied");
      const record = await get<{ url: string; model: string }>(
        `/holdfast/queues/orders/events/${done.id}/record`,
      );
      assert.equal(record.model, "sale.order");
      assert.ok(record.url.startsWith(`${scene.odoo.url}/web#id=`));
    });

    it("lets an operator correct a payload, keeps the original, and applies it", async () => {
      const { id } = (await named("#1043"))!;
      const route = `/holdfast/queues/orders/events/${id}`;
      const { payload } = await get<Row>(route);
      const refused = await scene.api(`${route}/edit`, {
        as: "operator",
        body: { was: payload, payload: "{" },
      });
      assert.equal(refused.status, 400);
      const sku = /"sku":"([^"]+)"/.exec(goodOrder(1043).body)![1]!;
      await post(`${route}/edit`, { was: payload, payload: payload.replace("SH-MISSING", sku) });
      await inState("#1043", "applied");
      const { history } = await get<Row>(route);
      const edited = history.find(({ what }) => what === "edited")!;
      assert.deepEqual([edited.by, edited.reason], ["operator", payload]);
      assert.ok(scene.odoo.snapshot().orders.some((order) => order.client_order_ref === "#1043"));
    });

    it("puts back all that match, in their order, and only those", async () => {
      for (let n = 1050; n < 1056; n++) await scene.send(brokenOrder(n, n < 1054 ? "SH-A" : "SH-B"));
      await eventually("six are dead", async () => (await counts()).dead === 6);
      await scene.makeProduct("SH-A");
      const progress = await post<{ total: number }>("/holdfast/queues/orders/retry", {
        filter: { q: "SH-A" },
        perSecond: 50,
      });
      assert.equal(progress.total, 4);
      for (let n = 1050; n < 1054; n++) await inState(`#${n}`, "applied");
      assert.equal((await counts()).dead, 2);
      const { acts } = await get<{ acts: { by: string; what: string; detail: string }[] }>(
        "/holdfast/queues/orders/acts",
      );
      assert.deepEqual(
        acts.map(({ what, by }) => `${what} by ${by}`),
        [
          "retried by operator",
          "retrying by operator",
          "edited by operator",
          "probed by operator",
          "resumed by operator",
          "paused by operator",
        ],
      );
      assert.equal(acts[0]!.detail, "4 of 4 dead letters put back");
      assert.equal(acts[1]!.detail, '4 dead letters, 50 a second where text is "SH-A"');
    });

    it("discards only with a reason, and says who did it and why", async () => {
      const { id } = (await named("#1054"))!;
      const nameless = await scene.api("/holdfast/queues/orders/discard", {
        as: "operator",
        body: { ids: [id] },
      });
      assert.equal(nameless.status, 400);
      await post("/holdfast/queues/orders/discard", { ids: [id], reason: "a test order" });
      const { history, state } = await get<Row>(`/holdfast/queues/orders/events/${id}`);
      assert.equal(state, "discarded");
      assert.deepEqual(
        [history.at(-1)!.what, history.at(-1)!.by, history.at(-1)!.reason],
        ["discarded", "operator", "a test order"],
      );
      const { acts } = await get<{ acts: { what: string; detail: string }[] }>(
        "/holdfast/queues/orders/acts",
      );
      assert.deepEqual([acts[0]!.what, acts[0]!.detail], ["discarded", "#1054: a test order"]);
      const ids = async (query: string) => (await search(query)).events.map((event) => event.id);
      assert.deepEqual(await ids("state=discarded"), [id]);
      assert.ok(!(await ids("state=applied")).includes(id));
    });

    it("goes page by page to the end", async () => {
      const seen: string[] = [];
      let cursor = "";
      do {
        const page = await search(`limit=3${cursor && `&cursor=${cursor}`}`);
        seen.push(...page.events.map(({ id }) => id));
        cursor = page.next ?? "";
      } while (cursor);
      const all = (await search("limit=200")).events.map(({ id }) => id);
      assert.deepEqual(seen, all);
      assert.deepEqual(
        all,
        all.toSorted((a, b) => Number(b) - Number(a)),
      );
    });

    it("counts for Prometheus what happened", async () => {
      const response = await scene.api("/holdfast/metrics", { as: "reader" });
      const text = await response.text();
      assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
      assert.match(text, /holdfast_queue_events\{queue="orders",state="dead"\} 1/);
      assert.match(text, /holdfast_failures_total\{queue="orders",class="rejected"\} 7/);
      assert.match(text, /holdfast_webhook_to_applied_seconds_count\{queue="orders"\} 8/);
    });

    it("logs each end of a delivery with its order, and nothing that names a customer", () => {
      const lines = scene.nodeRed.log.filter((line) => line.includes("holdfast event="));
      assert.ok(
        lines.some((line) =>
          /order=#1043 queue=orders topic=orders\/create attempt=1 outcome=dead class=rejected code=sku_not_found/.test(
            line,
          ),
        ),
        lines.join("\n"),
      );
      const body = brokenOrder(1043, "x").body;
      const all = scene.nodeRed.log.join("\n");
      for (const field of ["first_name", "last_name", "email", "address1", "phone"]) {
        const [, personal] = new RegExp(`"${field}":"([^"]+)"`).exec(body) ?? [];
        if (personal) assert.ok(!all.includes(personal), `${field} ${personal} is in the log`);
      }
    });

    it("answers every documented path as it is documented", async () => {
      const { id } = (await named("#1055"))!;
      for (const [route, operations] of Object.entries(document.paths)) {
        const operation = operations.get;
        if (!operation) continue;
        const address = route
          .replace("{queue}", "orders")
          .replace("{id}", id)
          .replace("{file}", "operator.js");
        const response = await scene.api(address, { as: "operator" });
        const described = operation.responses[String(response.status)];
        assert.ok(described, `${route} answered ${response.status}, which is not documented`);
        const schema = described.content?.["application/json"]?.schema;
        if (schema) assertLike(await response.json(), schema, route);
        else await response.text();
      }
    });

    describe("keeps away", () => {
      const written = Object.entries(document.paths).filter(([, operations]) => operations.post);

      it("whoever is not signed in", async () => {
        for (const [route, { get: readable }] of Object.entries(document.paths)) {
          if (!readable?.responses["401"]) continue;
          assert.equal((await fetch(scene.nodeRed.url + filled(route))).status, 401, route);
        }
        for (const [route] of written)
          assert.equal((await scene.api(filled(route), { body: {} })).status, 401, route);
      });

      it("readers from every act", async () => {
        for (const [route] of written.filter(([name]) => !name.endsWith("/import"))) {
          const response = await scene.api(filled(route), { as: "reader", body: {} });
          assert.equal(response.status, 403, route);
          assert.match(((await response.json()) as { message: string }).message, /reader may not do this/);
        }
        const { you } = await get<{ you: object }>("/holdfast/overview", "reader");
        assert.deepEqual(you, { name: "reader", mayWrite: false });
      });

      it("forms of other sites, which can't send JSON", async () => {
        const response = await fetch(`${scene.nodeRed.url}/holdfast/queues/orders/pause`, {
          method: "POST",
          headers: { Authorization: `Bearer ${await scene.token("operator")}` },
          body: new URLSearchParams({ reason: "because I can" }),
        });
        assert.equal(response.status, 415);
      });
    });
  });

function filled(route: string): string {
  return route.replace("{queue}", "orders").replace("{id}", "1");
}

/** As much of JSON Schema as the document uses. */
function assertLike(value: unknown, schema: Schema, at: string): void {
  if (schema.$ref) return assertLike(value, document.components.schemas[schema.$ref.split("/").at(-1)!]!, at);
  if (schema.anyOf) {
    const errors = schema.anyOf.map((one) => {
      try {
        assertLike(value, one, at);
        return null;
      } catch (error) {
        return error;
      }
    });
    if (!errors.includes(null)) throw errors[0];
    return;
  }
  if (schema.enum) return assert.ok(schema.enum.includes(value), `${at}: ${JSON.stringify(value)}`);
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  const wanted = schema.type === "integer" ? "number" : schema.type;
  if (wanted) assert.equal(type, wanted, at);
  if (schema.type === "integer") assert.ok(Number.isInteger(value), `${at}: ${value}`);
  if (schema.items) for (const one of value as unknown[]) assertLike(one, schema.items, `${at}[]`);
  for (const name of schema.required ?? []) assert.ok(name in (value as object), `${at}: no ${name}`);
  if (!schema.properties) return;
  for (const [name, one] of Object.entries(value as object)) {
    const property = schema.properties[name];
    assert.ok(property, `${at}.${name} is not documented`);
    assertLike(one, property, `${at}.${name}`);
  }
}
