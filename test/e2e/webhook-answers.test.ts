import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { makeOrders, makeWebhook, type Webhook } from "../../sandbox/shopify/index.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, withNode } from "../support/flow.ts";
import { temporaryFolder } from "../support/temporary.ts";

const shop = "holdfast-test.myshopify.com";
const secret = "a webhook secret";
const previousSecret = "the secret before";
const [order] = makeOrders({ seed: 3, count: 1 });

/** The example flow with nobody behind the queue: what is stored stays to be counted. */
const flow = [
  ...withNode(exampleFlow(), "hf-queue", { wires: [[], []] }).map((node) =>
    node.id === "hf-shop"
      ? { ...node, shop, credentials: { webhookSecret: secret, previousWebhookSecret: previousSecret } }
      : node,
  ),
];

for (const version of [4, 5] as const) {
  describe(`a webhook on Node-RED ${version === 4 ? "4.1" : "5"}`, () => {
    const folder = temporaryFolder();
    let nodeRed: NodeRedProcess;
    before(async () => {
      nodeRed = await launchNodeRed({ version, userDir: folder.path });
      await nodeRed.deploy(flow);
      await eventually("the queue is open", async () => (await queueCounts()) !== null);
    });
    after(async () => {
      await nodeRed?.stop();
      folder.remove();
    });

    async function queueCounts(): Promise<Record<string, number> | null> {
      const response = await fetch(`${nodeRed.url}/holdfast/queues`);
      const queues = (await response.json()) as {
        name: string;
        counts: Record<string, number> | null;
      }[];
      return queues.find(({ name }) => name === "orders")?.counts ?? null;
    }
    async function stored(): Promise<number> {
      const counts = await queueCounts();
      return counts ? counts.ready! + counts.blocked! + counts.leased! : -1;
    }
    async function post(webhook: Webhook, path = "/shopify/webhooks"): Promise<number> {
      const { status } = await fetch(nodeRed.url + path, {
        method: "POST",
        headers: webhook.headers,
        body: webhook.body,
      });
      return status;
    }
    const signed = (changes: Partial<Parameters<typeof makeWebhook>[0]> = {}): Webhook =>
      makeWebhook({ body: order!.body, secret, shop, ...changes });

    it("waits for its queue while that alone is redeployed, and is stored", async () => {
      const before = await stored();
      const answers: Promise<number>[] = [];
      let deployed = false;
      const sending = (async () => {
        while (!deployed || answers.length < 20) {
          answers.push(post(signed()));
          await sleep(2);
        }
      })();
      for (const concurrency of [7, 8, 9, 10])
        await nodeRed.deploy(withNode(flow, "hf-queue", { concurrency }), "nodes");
      deployed = true;
      await sending;
      const statuses = await Promise.all(answers);
      assert.deepEqual(new Set(statuses), new Set([200]));
      await eventually("all are stored", async () => (await stored()) === before + statuses.length);
    });

    it("is stored, then answered 200", async () => {
      const before = await stored();
      assert.equal(await post(signed()), 200);
      assert.equal(await stored(), before + 1);
    });

    it("is stored once, however often it is sent", async () => {
      const webhook = signed();
      const before = await stored();
      assert.deepEqual(await Promise.all([post(webhook), post(webhook), post(webhook)]), [200, 200, 200]);
      assert.equal(await stored(), before + 1);
    });

    it("may be signed with the secret before the rotation", async () => {
      assert.equal(await post(signed({ secret: previousSecret })), 200);
    });

    const refusals: [string, Webhook, number, string?][] = [
      ["signed with another secret", signed({ secret: "wrong" }), 401],
      ["changed on the way", { ...signed(), body: order!.body.replace("USD", "EUR") }, 401],
      ["not signed", { ...signed(), headers: { "Content-Type": "application/json" } }, 401],
      ["of another shop", signed({ shop: "other.myshopify.com" }), 401],
      ["at an unknown path", signed(), 404, "/shopify/elsewhere"],
      ["not JSON", signed({ body: "not json" }), 400],
      ["too large", signed({ body: `"${"x".repeat(6 * 1024 * 1024)}"` }), 413],
    ];
    for (const [what, webhook, status, path] of refusals)
      it(`${what} is answered ${status} and not stored`, async () => {
        const before = await stored();
        assert.equal(await post(webhook, path), status);
        assert.equal(await stored(), before);
      });

    it("keeps its body to the byte, as ids beyond 2^53 need it", async () => {
      const body = order!.body.replace("{", '{ "unusual" :  "spacing", "big": 866550311766439020,');
      assert.equal(await post(signed({ body })), 200);
    });

    it("is listened for once after twenty redeploys, and not at all without its node", async () => {
      for (let round = 0; round < 20; round++) await nodeRed.deploy(flow);
      await eventually("the queue is open again", async () => (await queueCounts()) !== null);
      const before = await stored();
      assert.equal(await post(signed()), 200);
      assert.equal(await stored(), before + 1);
      await nodeRed.deploy(flow.filter((node) => node.id !== "hf-in"));
      assert.equal(await post(signed()), 404);
      await nodeRed.deploy(flow);
      await eventually("the route is back", async () => (await post(signed())) === 200);
    });

    it("that comes while its node is redeployed waits for it, and is stored", async () => {
      const before = await stored();
      const deployed = nodeRed.deploy(flow);
      const statuses = await Promise.all([post(signed()), post(signed()), post(signed())]);
      await deployed;
      assert.deepEqual(statuses, [200, 200, 200]);
      await eventually("all three are stored", async () => (await stored()) === before + 3);
    });

    it("that a function node made two of is stored as two, and as the same two when it is sent again", async () => {
      const splitting = {
        id: "two",
        type: "function",
        z: "hf-tab",
        name: "",
        func: "return [[{ ...msg, payload: { ...msg.payload, half: 1 } }, { ...msg, payload: { ...msg.payload, half: 2 } }]];",
        outputs: 1,
        initialize: "",
        finalize: "",
        libs: [],
        x: 240,
        y: 180,
        wires: [["hf-queue"]],
      };
      await nodeRed.deploy([...withNode(flow, "hf-in", { wires: [["two"]] }), splitting]);
      const before = await eventually("the queue is open", async () => {
        const count = await stored();
        return count >= 0 && { count };
      });
      const webhook = signed();
      assert.equal(await post(webhook), 200);
      await eventually("both are stored", async () => (await stored()) === before.count + 2);
      assert.equal(await post(webhook), 200);
      assert.equal(await stored(), before.count + 2);
      await nodeRed.deploy(flow);
    });

    it("is answered 503 when no queue stores it", async () => {
      await nodeRed.deploy(withNode(flow, "hf-in", { wires: [[]] }));
      assert.equal(await post(signed()), 503);
      await nodeRed.deploy(flow);
      await eventually("the queue stores again", async () => (await post(signed())) === 200);
    });

    it("leaves no secret in the log or in the exported flow", async () => {
      const exported = await (await fetch(`${nodeRed.url}/flows`)).text();
      for (const text of [exported, nodeRed.log.join("\n")])
        for (const word of [secret, previousSecret]) assert.equal(text.includes(word), false);
    });
  });
}
