import assert from "node:assert/strict";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow } from "../support/flow.ts";
import { temporaryFolder } from "../support/temporary.ts";

describe("the example “any work behind the queue”", () => {
  const folder = temporaryFolder();
  let nodeRed: NodeRedProcess;
  before(async () => {
    nodeRed = await launchNodeRed({ userDir: folder.path });
    await nodeRed.deploy(exampleFlow("any-work-behind-the-queue"));
  });
  after(async () => {
    await nodeRed?.stop();
    folder.remove();
  });

  it("stores a row at the press of its button and settles it when the work is done", async () => {
    const { status } = await fetch(`${nodeRed.url}/inject/hq-inject`, { method: "POST" });
    assert.equal(status, 200);
    await eventually("it is done", async () => {
      const [queue] = (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as {
        counts: Record<string, number> | null;
      }[];
      return queue?.counts?.done === 1;
    });
  });
});
