import assert from "node:assert/strict";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";

const context = { mode: "update", noupdate: true, module: "__shopify__", tz: "UTC" };

describe("sandbox: an Odoo with bad days", () => {
  let odoo: OdooStandIn;
  beforeEach(async () => {
    odoo = await startOdooStandIn();
  });
  afterEach(() => odoo.close());

  const call = (model: string, method: string, body: object): Promise<Response> =>
    fetch(`${odoo.url}/json/2/${model}/${method}`, {
      method: "POST",
      headers: {
        Authorization: `bearer ${odoo.apiKey}`,
        "X-Odoo-Database": odoo.db,
        "Content-Type": "application/json",
      },
      body: JSON.stringify(body),
    });
  const load = (name: string): Promise<Response> =>
    call("res.partner", "load", { fields: ["id", "name"], data: [[name, name]], context });
  const count = async (name: string): Promise<unknown> =>
    (await call("res.partner", "search_count", { domain: [["name", "=", name]] })).json();

  it("down: no answer at all, until it is up again", async () => {
    odoo.faults.down();
    await assert.rejects(load("a"));
    odoo.faults.clear();
    assert.equal((await load("a")).status, 200);
  });

  it("refuse: the port is closed, then open again with everything in it", async () => {
    await load("a");
    await odoo.faults.refuse(true);
    await assert.rejects(
      load("b"),
      (error: Error) => (error.cause as { code: string }).code === "ECONNREFUSED",
    );
    await odoo.faults.refuse(false);
    assert.equal(await count("a"), 1);
  });

  it("status: a proxy's HTML where JSON belongs", async () => {
    odoo.faults.status(503, 1);
    const response = await load("a");
    assert.equal(response.status, 503);
    assert.match(response.headers.get("content-type") ?? "", /text\/html/);
    assert.equal((await load("a")).status, 200);
  });

  it("commitThenDrop: no answer, but written; a replay finds it", async () => {
    odoo.faults.commitThenDrop();
    await assert.rejects(load("a"));
    assert.equal(await count("a"), 1);
    const { ids } = (await (await load("a")).json()) as { ids: number[] };
    assert.equal(ids.length, 1);
    assert.equal(await count("a"), 1);
  });

  it("dropBeforeCommit: no answer and nothing written", async () => {
    odoo.faults.dropBeforeCommit();
    await assert.rejects(load("a"));
    assert.equal(await count("a"), 0);
  });

  it("conflict: 200, no ids, PostgreSQL's words, nothing written", async () => {
    odoo.faults.conflict();
    const reply = (await (await load("a")).json()) as { ids: unknown; messages: { message: string }[] };
    assert.equal(reply.ids, false);
    assert.match(reply.messages[0]!.message, /could not serialize access due to concurrent update/);
    assert.equal(await count("a"), 0);
  });

  it("throttle: 429 with Retry-After", async () => {
    odoo.faults.throttle(1, 7);
    const response = await load("a");
    assert.deepEqual([response.status, response.headers.get("retry-after")], [429, "7"]);
    assert.equal((await load("a")).status, 200);
  });

  it("badJson: an answer that ends too soon, after it was done", async () => {
    odoo.faults.badJson();
    await assert.rejects((await load("a")).json());
    assert.equal(await count("a"), 1);
  });

  it("slow: takes its time", async () => {
    odoo.faults.slow(120);
    const started = performance.now();
    await load("a");
    assert.ok(performance.now() - started >= 115);
  });

  it("faults of one method leave the others alone", async () => {
    odoo.faults.set({ throttle: 1, method: "load" });
    assert.equal(await count("a"), 0);
    assert.equal((await load("a")).status, 429);
  });

  it("another process sets them over /sandbox/faults", async () => {
    const admin = (method: string, body?: object): Promise<Response> =>
      fetch(`${odoo.url}/sandbox/faults`, { method, ...(body && { body: JSON.stringify(body) }) });
    assert.equal((await admin("POST", { status: 502 })).status, 200);
    assert.equal((await load("a")).status, 502);
    assert.equal(((await (await admin("GET")).json()) as { status: number }).status, 502);
    await admin("DELETE");
    assert.equal((await load("a")).status, 200);
    assert.equal((await admin("POST", { nonsense: 1 })).status, 400);
  });

  it("a load that overlaps another of the same external id loses", async () => {
    await odoo.close();
    odoo = await startOdooStandIn({ callMs: 100 });
    const replies = await Promise.all(Array.from({ length: 8 }, async () => (await load("same")).json()));
    const winners = replies.filter((reply) => (reply as { ids: unknown }).ids);
    assert.equal(winners.length, 1);
    assert.equal(await count("same"), 1);
  });
});
