import assert from "node:assert/strict";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { makeOrders, makeWebhook } from "../../sandbox/shopify/index.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, functionNode, withNode } from "../support/flow.ts";
import { temporaryFolder } from "../support/temporary.ts";

const shop = "holdfast-test.myshopify.com";
const secret = "a webhook secret";

/** The example's way in, and a second queue in another file; behind the first nobody settles, behind the other an ack. */
const flow = [
  ...withNode(exampleFlow(), "hf-queue", { wires: [[], ["nobody"]] }).map((node) =>
    node.id === "hf-shop" ? { ...node, shop, credentials: { webhookSecret: secret } } : node,
  ),
  { id: "store2", type: "queue-store", name: "", file: "holdfast/other.db" },
  {
    id: "queue2",
    type: "durable-queue",
    z: "hf-tab",
    store: "store2",
    queue: "moved",
    concurrency: 5,
    x: 700,
    y: 600,
    wires: [[], ["ack"]],
  },
  { ...functionNode("nobody", "return null;", [[]]), z: "hf-tab", name: "", x: 620, y: 140 },
  { id: "ack", type: "queue-ack", z: "hf-tab", name: "", x: 900, y: 600, wires: [[]] },
];

describe("a queue is moved over the admin API", () => {
  const folder = temporaryFolder();
  let nodeRed: NodeRedProcess;
  before(async () => {
    nodeRed = await launchNodeRed({ userDir: folder.path });
    await nodeRed.deploy(flow);
    await eventually("both queues are open", async () => (await counts("orders")) && (await counts("moved")));
    for (const { body } of makeOrders({ seed: 9, count: 30 })) {
      const webhook = makeWebhook({ body, secret, shop });
      const { status } = await fetch(`${nodeRed.url}/shopify/webhooks`, { method: "POST", ...webhook });
      assert.equal(status, 200);
    }
  });
  after(async () => {
    await nodeRed?.stop();
    folder.remove();
  });

  async function counts(queue: string): Promise<Record<string, number> | null | undefined> {
    const queues = (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as {
      name: string;
      counts: Record<string, number> | null;
    }[];
    return queues.find(({ name }) => name === queue)?.counts;
  }
  const ask = async (method: string, path: string, body?: string, type = "application/x-ndjson") => {
    const response = await fetch(`${nodeRed.url}/holdfast/queues/${path}`, {
      method,
      ...(body === undefined ? {} : { body, headers: { "Content-Type": type } }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type") === "application/json";
    return {
      status: response.status,
      text,
      answer: (json ? JSON.parse(text) : {}) as Record<string, unknown>,
    };
  };

  it("not while it is at work", async () => {
    const { status, answer } = await ask("GET", "orders/export");
    assert.equal(status, 409);
    assert.match(String(answer.hint), /Pause it first/);
  });

  it("not while something of it is still under way", async () => {
    assert.equal((await ask("POST", "orders/pause", '{"reason":"moving"}', "application/json")).status, 200);
    const { status, answer } = await ask("GET", "orders/export");
    assert.equal(status, 409);
    assert.match(String(answer.message), /still under way/);
  });

  it("when it is paused and at rest, with everything in it, once", async () => {
    // Nobody settles these; a deploy puts them back, and the pause outlives it.
    await nodeRed.deploy(flow);
    const lines = await eventually("it is at rest", async () => {
      const { status, text } = await ask("GET", "orders/export");
      return status === 200 && text;
    });
    assert.equal(lines.trim().split("\n").length, 30);
    assert.deepEqual((await ask("POST", "moved/import", lines)).answer, { stored: 30, duplicate: 0 });
    assert.deepEqual((await ask("POST", "moved/import", lines)).answer, { stored: 0, duplicate: 30 });
    await eventually("all are worked on there", async () => (await counts("moved"))?.done === 30);
    assert.equal((await counts("orders"))!.leased, 0);
  });

  it("and says what is wrong with what it can't take", async () => {
    const good = (await ask("GET", "orders/export")).text.split("\n")[0]!;
    const broken = await ask("POST", "moved/import", `${good}\n{"holdfast":1}\n`);
    assert.equal(broken.status, 400);
    assert.match(String(broken.answer.message), /^Line 2 of the import/);
    assert.equal(broken.answer.duplicate, 1);
    assert.equal((await ask("POST", "moved/import", good, "application/json")).status, 415);
    assert.equal((await ask("POST", "nowhere/import", good)).status, 404);
    assert.equal((await ask("GET", "nowhere/export")).status, 404);
  });

  it("and goes on where it was when it is resumed", async () => {
    await ask("POST", "orders/resume", "{}", "application/json");
    await eventually("it delivers again", async () => (await counts("orders"))!.leased! > 0);
  });
});
