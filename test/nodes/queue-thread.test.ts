import assert from "node:assert/strict";
import type { Worker } from "node:worker_threads";
import { eventually } from "../support/eventually.ts";
import type { FlowNodeConfig } from "../support/flow.ts";
import { runFlow, startHelper, stopFlow, stopHelper, type TestFlow } from "../support/node-helper.ts";
import { temporaryFolder } from "../support/temporary.ts";

const queue = (name: string): FlowNodeConfig => ({
  id: name,
  type: "durable-queue",
  z: "tab",
  x: 0,
  y: 0,
  store: "store",
  queue: name,
  keyType: "msg",
  key: "customer",
  wires: [[], ["work"]],
});

const flowOnFile: FlowNodeConfig[] = [
  { id: "tab", type: "tab", label: "test" },
  { id: "store", type: "queue-store", name: "", engine: "embedded", file: "queue.db" },
  queue("orders"),
  queue("stock"),
  { id: "work", type: "queue-ack", z: "tab", x: 0, y: 0, wires: [["done"]] },
  { id: "done", type: "helper", z: "tab", x: 0, y: 0 },
];

describe("queues whose thread ends, as when it runs out of memory", function () {
  this.timeout(30_000);
  const folder = temporaryFolder();
  const threads: Worker[] = [];
  const remember = (thread: Worker) => threads.push(thread);
  let flow: TestFlow;
  before(async () => {
    process.on("worker", remember);
    await startHelper();
  });
  after(async () => {
    process.off("worker", remember);
    await stopFlow();
    await stopHelper();
    folder.remove();
  });
  const fill = (name: string) => flow.node(name).status.lastCall?.args[0].fill;
  const send = (name: string, payload: unknown) =>
    flow.node(name).receive({ topic: "test", payload, customer: "7" });
  const done = () => flow.received("done").map(({ payload }) => payload);

  it("open again by themselves, and go on with what was stored", async () => {
    flow = await runFlow(folder.path, flowOnFile);
    await eventually("both are open", () => fill("orders") === "green" && fill("stock") === "green");
    send("orders", "before");
    await eventually("it is done", () => done().includes("before"));
    for (let deaths = 1; deaths <= 2; deaths++) {
      const [thread] = threads.splice(0);
      assert.ok(thread);
      await thread.terminate();
      // Not stored, and its sender hears so; a later one finds the queue open.
      await eventually("orders are taken again", () => {
        send("orders", `after ${deaths}`);
        return done().includes(`after ${deaths}`);
      });
      await eventually("and so is stock, in the same file", () => {
        send("stock", `stock ${deaths}`);
        return done().includes(`stock ${deaths}`);
      });
      await eventually("both show it", () => fill("orders") === "green" && fill("stock") === "green");
    }
  });
});
