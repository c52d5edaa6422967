import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, withNode } from "../support/flow.ts";
import { brokenOrder, goodOrder, type Scene, startScene } from "../support/operator-scene.ts";

interface Queue {
  counts: { dead: number };
  retrying: { total: number; done: number; endedAt: number | null } | null;
  cutOff: { by: string; detail: string } | null;
}
interface Act {
  by: string;
  what: string;
  detail: string;
}

describe("what outlives an operator's click", function () {
  this.timeout(120_000);
  let scene: Scene;
  before(async () => {
    scene = await startScene({
      version: 5,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED fills it in.
      flow: withNode(exampleFlow(), "hf-map", { externalIdPrefix: "${ID_PREFIX}" }),
      env: { ID_PREFIX: "uk_" },
    });
    for (let n = 1070; n < 1100; n++) await scene.send(brokenOrder(n, "SH-GONE"));
    await eventually("thirty are dead", async () => (await queue()).counts.dead === 30);
  });
  after(() => scene?.end());

  const get = async <T>(route: string): Promise<T> =>
    (await (await scene.api(`/holdfast${route}`)).json()) as T;
  const post = async <T>(route: string, body: object = {}): Promise<T> =>
    (await (await scene.api(`/holdfast/queues/orders/${route}`, { body })).json()) as T;
  const queue = async () => (await get<{ queues: Queue[] }>("/overview")).queues[0]!;
  const acts = async () => (await get<{ acts: Act[] }>("/queues/orders/acts")).acts;

  it("a retry of many can be stopped: the rest stay dead letters, and it is written down who did it", async () => {
    await post("pause", { reason: "so that none dies again" });
    await post("retry", { filter: {}, perSecond: 4 });
    assert.deepEqual(await post("retry/stop"), { stopped: true });
    const stopped = await eventually("it has ended", async () => {
      const { retrying } = await queue();
      return retrying?.endedAt ? retrying : null;
    });
    assert.equal(stopped.total, 30);
    assert.ok(stopped.done < 30, `${stopped.done} were put back`);
    assert.equal((await queue()).counts.dead, 30 - stopped.done);
    assert.deepEqual(await post("retry/stop"), { stopped: false });
    const [ended, began] = await eventually("both are written down", async () => {
      const all = await acts();
      return all[0]?.what === "retried" ? all : null;
    });
    assert.match(ended!.detail, /^\d+ of 30 dead letters put back: stopped$/);
    assert.deepEqual([began!.what, began!.detail], ["retrying", "30 dead letters, 4 a second"]);
  });

  it("a retry that a crash cut off is told on return, until somebody puts that away", async () => {
    await post("retry", { filter: {}, perSecond: 1 });
    assert.equal((await queue()).cutOff, null);
    await scene.crash();
    const { cutOff, retrying } = await eventually("the queue is open again", async () => {
      const found = await queue();
      return found?.cutOff ? found : null;
    });
    assert.match(cutOff!.detail, /^\d+ dead letters, 1 a second$/);
    assert.equal(retrying, null);
    await post("retry/stop");
    assert.equal((await queue()).cutOff, null);
    assert.deepEqual(
      (await acts()).slice(0, 2).map(({ what, detail }) => [what, detail]),
      [
        ["retried", "cut off before its end"],
        ["retrying", cutOff!.detail],
      ],
    );
    await post("resume");
  });

  it("a retry of some is written down with their names", async () => {
    const { events } = await get<{ events: { id: string; reference: string }[] }>(
      "/events?state=dead&limit=12",
    );
    const named = events.map(({ reference }) => reference).toReversed();
    const { count } = await post<{ count: number }>("retry", {
      ids: [...events.map(({ id }) => id), "999999"],
    });
    assert.equal(count, 12);
    const [act] = await acts();
    assert.deepEqual([act!.what, act!.detail], ["redriven", `${named.slice(0, 10).join(", ")} and 2 more`]);
  });

  it("the link to Odoo finds an order under the mapping's own prefix", async () => {
    await scene.send(goodOrder(1101));
    const done = await eventually("it is applied", async () => {
      const { named } = await get<{ named: { id: string; state: string }[] }>("/events?q=1101");
      return named[0]?.state === "applied" ? named[0] : null;
    });
    const record = await get<{ model: string; id: number }>(`/queues/orders/events/${done.id}/record`);
    const order = scene.odoo.snapshot().orders.find(({ client_order_ref }) => client_order_ref === "#1101");
    assert.deepEqual([record.model, record.id], ["sale.order", order!.id]);
  });
});
