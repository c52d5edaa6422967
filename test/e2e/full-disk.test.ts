import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { makeOrders, makeWebhook } from "../../sandbox/shopify/index.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, withNode } from "../support/flow.ts";
import { type NodeStatuses, watchStatuses } from "../support/node-status.ts";
import { temporaryFolder } from "../support/temporary.ts";

const shop = "holdfast-test.myshopify.com";
const secret = "a webhook secret";
const [order] = makeOrders({ seed: 3, count: 1 });

/** The example's way in, with a flow behind the queue that settles everything at once. */
const flow = [
  ...withNode(exampleFlow(), "hf-queue", { wires: [[], ["ack"]] }).map((node) =>
    node.id === "hf-shop" ? { ...node, shop, credentials: { webhookSecret: secret } } : node,
  ),
  { id: "ack", type: "queue-ack", z: "hf-tab", name: "", x: 900, y: 400, wires: [[]] },
];

describe("a disk that is full", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const disk = path.join(folder.path, "holdfast");
  const ballast = path.join(disk, "ballast");
  let mounted = false;
  let nodeRed: NodeRedProcess | undefined;
  let statuses: NodeStatuses | undefined;

  before(async function () {
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], { stdio: "ignore" });
      mounted = true;
    } catch {
      console.log("      skipped: filling a disk takes a small one of its own, and mounting it takes root");
      this.skip();
    }
    nodeRed = await launchNodeRed({ userDir: folder.path });
    await nodeRed.deploy(flow);
    statuses = await watchStatuses(nodeRed.url);
    await eventually("the queue is open", async () => (await counts()) !== null);
  });
  after(async () => {
    statuses?.close();
    await nodeRed?.stop();
    if (mounted) execFileSync("umount", ["-l", disk]);
    folder.remove();
  });

  async function counts(): Promise<Record<string, number> | null> {
    const response = await fetch(`${nodeRed!.url}/holdfast/queues`);
    const [queue] = (await response.json()) as { counts: Record<string, number> | null }[];
    return queue?.counts ?? null;
  }
  const post = async (): Promise<number> => {
    const { headers, body } = makeWebhook({ body: order!.body, secret, shop });
    const { status } = await fetch(`${nodeRed!.url}/shopify/webhooks`, { method: "POST", headers, body });
    return status;
  };
  const fillDisk = () => {
    const file = openSync(ballast, "w");
    try {
      for (const bytes of [65_536, 4_096])
        try {
          for (;;) writeSync(file, Buffer.alloc(bytes));
        } catch {}
    } finally {
      closeSync(file);
    }
  };

  it("answers 503, says so in red, loses nothing, and heals by itself when there is room", async () => {
    let acknowledged = 0;
    const send = async (): Promise<number> => {
      const status = await post();
      if (status === 200) acknowledged++;
      return status;
    };
    for (let i = 0; i < 20; i++) assert.equal(await send(), 200);
    fillDisk();
    const refused = await eventually("a webhook is refused", async () => {
      const status = await send();
      return status === 200 ? null : status;
    });
    assert.equal(refused, 503);
    const status = await eventually("the queue says so in red", () => {
      const shown = statuses!.of("hf-queue");
      return shown?.fill === "red" ? shown : null;
    });
    assert.match(status.text!, /disk is full/);
    for (let i = 0; i < 30; i++) await send();

    rmSync(ballast);
    await eventually("webhooks are stored again", async () => (await send()) === 200);
    for (let i = 0; i < 20; i++) assert.equal(await send(), 200);
    await eventually("all that was acknowledged is delivered and settled", async () => {
      const now = await counts();
      return now?.done === acknowledged && now.ready! + now.leased! + now.blocked! + now.dead! === 0;
    });
    await eventually("and the status is green again", () => statuses!.of("hf-queue")?.fill === "green");
  });
});
