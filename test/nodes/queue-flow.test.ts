import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { type FlowNodeConfig, functionNode } from "../support/flow.ts";
import { runFlow, startHelper, stopFlow, stopHelper, type TestFlow } from "../support/node-helper.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Queue → work → settled; whatever fails → retry-backoff → dead-letter → alert. */
function flowWith(work: string, changes: Record<string, Record<string, unknown>> = {}): FlowNodeConfig[] {
  const flow: FlowNodeConfig[] = [
    { id: "tab", type: "tab", label: "test" },
    { id: "store", type: "queue-store", name: "", file: "queue.db" },
    {
      id: "queue",
      type: "durable-queue",
      z: "tab",
      store: "store",
      queue: "orders",
      concurrency: 5,
      keyType: "msg",
      key: "customer",
      deadHoldsKey: true,
      wires: [["stored"], ["work"]],
    },
    { id: "stored", type: "helper", z: "tab" },
    functionNode("work", work, [["ack"]]),
    { id: "ack", type: "queue-ack", z: "tab", wires: [["done"]] },
    { id: "done", type: "helper", z: "tab" },
    { id: "catch", type: "catch", z: "tab", scope: null, uncaught: false, wires: [["retry"]] },
    {
      id: "retry",
      type: "retry-backoff",
      z: "tab",
      maxAttempts: 3,
      baseSeconds: 0.01,
      capSeconds: 0.05,
      wires: [["again"], ["dead"]],
    },
    { id: "again", type: "helper", z: "tab" },
    { id: "dead", type: "dead-letter", z: "tab", wires: [["alert"]] },
    { id: "alert", type: "helper", z: "tab" },
  ];
  // Node-RED takes a node without a place on the canvas for a config node.
  return flow.map((node) => ({ ...node, ...(node.z ? { x: 0, y: 0 } : {}), ...changes[node.id] }));
}

describe("a flow behind a durable queue", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let flow: TestFlow;
  before(() => startHelper());
  after(() => stopHelper());
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    await stopFlow();
    folder.remove();
  });
  const run = async (nodes: FlowNodeConfig[]): Promise<void> => {
    flow = await runFlow(folder.path, nodes);
  };
  const send = (payload: unknown, customer = "7"): void =>
    flow.node("queue").receive({ topic: "test", payload, customer });

  it("delivers what was stored, with its own properties, and settles it", async () => {
    await run(flowWith("return msg;"));
    send({ a: 1 });
    const [done] = await eventually(
      "it is settled",
      () => flow.received("done").length === 1 && flow.received("done"),
    );
    assert.deepEqual(done!.payload, { a: 1 });
    assert.equal(done!.customer, "7");
    assert.equal(done!.queue!.attempt, 1);
    assert.equal(done!.queue!.key, "7");
    assert.equal((flow.received("stored")[0]!.stored as { outcome: string }).outcome, "stored");
  });

  it("settles the event although a function node made a new message of it", async () => {
    await run(flowWith("return { payload: 'new', _msgid: msg._msgid };"));
    send(1);
    await eventually("it is settled", () => flow.received("done").length === 1);
    send(2);
    await eventually(
      "the next of its key comes, so the first one is done",
      () => flow.received("done").length === 2,
    );
  });

  it("delivers one event of a key at a time, in order, while other keys go on", async () => {
    await run(
      flowWith("if (msg.payload === 'slow') await new Promise(r => setTimeout(r, 300)); return msg;"),
    );
    send("slow", "a");
    send("a2", "a");
    send("b1", "b");
    await eventually("all are done", () => flow.received("done").length === 3);
    assert.deepEqual(
      flow.received("done").map(({ payload }) => payload),
      ["b1", "slow", "a2"],
    );
  });

  it("retries an event whose function node threw, and gives it up after the last attempt", async () => {
    await run(flowWith("throw new Error('attempt ' + msg.queue.attempt + ' went wrong');"));
    send(1);
    const [alert] = await eventually(
      "it is given up",
      () => flow.received("alert").length > 0 && flow.received("alert"),
    );
    assert.equal(alert!.failure!.class, "unknown");
    assert.match(alert!.failure!.message, /attempt 3 went wrong/);
    assert.equal(alert!.queue!.attempt, 3);
  });

  it("goes on retrying beyond the ten rounds after which Catch drops a message", async () => {
    await run(flowWith("throw new Error('still wrong');", { retry: { maxAttempts: 14 } }));
    send(1);
    const [alert] = await eventually(
      "it is given up",
      () => flow.received("alert").length > 0 && flow.received("alert"),
    );
    assert.equal(alert!.queue!.attempt, 14);
  });

  describe("tells of an event that its flow dropped too often", () => {
    const dropping = (changes: Record<string, Record<string, unknown>> = {}) =>
      flowWith("if (msg.payload === 'dropped') return null; return msg;", {
        ...changes,
        queue: { processingMinutes: 0.001, leaseSeconds: 3, maxStalls: 1 },
      });

    it("through Catch and retry-backoff to the dead-letter node, once, also after a restart", async () => {
      await run(dropping());
      send("dropped");
      const [alert] = await eventually(
        "it is told",
        () => flow.received("alert").length > 0 && flow.received("alert"),
        20_000,
      );
      assert.equal(alert!.failure!.code, "stalled");
      assert.equal(alert!.payload, "dropped");
      assert.match(alert!.failure!.message, /nobody said how it ended/);
      await stopFlow();
      await run(dropping());
      send("not dropped", "8");
      await eventually("it works again", () => flow.received("done").length === 1);
      assert.deepEqual(flow.received("alert"), []);
    }).timeout(30_000);

    it("after a restart too, when nobody was there to hear it before", async () => {
      await run(dropping({ catch: { wires: [["again"]] } }));
      send("dropped");
      await eventually("it is dead", () => flow.received("again").length === 1, 20_000);
      await stopFlow();
      await run(dropping());
      await eventually("it is told", () => flow.received("alert").length === 1);
    }).timeout(30_000);
  });

  it("keeps later events of a key behind its dead letter until that is redriven", async () => {
    await run(
      flowWith(
        "if (msg.payload === 'bad' && msg.queue.attempt === 1 && !context.get('seen')) { context.set('seen', true); throw new Error('bad'); } return msg;",
        {
          retry: { maxAttempts: 1 },
        },
      ),
    );
    send("bad", "a");
    await eventually("it is dead", () => flow.received("alert").length === 1);
    send("behind", "a");
    send("elsewhere", "b");
    await eventually("the other key went on", () => flow.received("done").length === 1);
    assert.equal(flow.received("done")[0]!.payload, "elsewhere");

    flow.node("dead").receive({ topic: "redrive", payload: { all: true, by: "test" } });
    await eventually("both are done", () => flow.received("done").length >= 3);
    const order = flow
      .received("done")
      .map(({ payload }) => payload)
      .filter((payload) => payload === "bad" || payload === "behind");
    assert.deepEqual(order, ["bad", "behind"]);
  });

  it("discards a dead letter on command and lets its key go on", async () => {
    await run(
      flowWith("if (msg.payload === 'bad') throw new Error('bad'); return msg;", {
        retry: { maxAttempts: 1 },
      }),
    );
    send("bad");
    await eventually("it is dead", () => flow.received("alert").length === 1);
    send("behind");
    flow.node("dead").receive({ topic: "discard", payload: { all: true, by: "test", reason: "not needed" } });
    await eventually("the next one is done", () =>
      flow.received("done").some(({ payload }) => payload === "behind"),
    );
    assert.deepEqual(flow.received("alert").at(-1)!.payload, {
      command: "discard",
      queue: "orders",
      count: 1,
    });
  });

  it("says why in a rejected event's failure, without a retry", async () => {
    await run(
      flowWith(
        "msg.failure = { class: 'rejected', code: 'x', message: 'No such SKU.', source: 'test', at: 1 }; throw new Error('x');",
      ),
    );
    send(1);
    const [alert] = await eventually(
      "it is dead",
      () => flow.received("alert").length > 0 && flow.received("alert"),
    );
    assert.equal(alert!.queue!.attempt, 1);
    assert.equal(alert!.failure!.message, "No such SKU.");
  });

  it("holds the whole queue while a destination is away, and uses nobody's attempts", async () => {
    await run(
      flowWith(
        "msg.failure = { class: 'unavailable', code: 'down', message: 'Odoo is away.', source: 'odoo', at: 1 }; throw new Error('x');",
      ),
    );
    for (const customer of ["a", "b", "c"]) send(1, customer);
    await eventually("its status says so", () =>
      /held/.test(flow.node("queue").status.lastCall?.args[0].text ?? ""),
    );
    assert.equal(flow.received("alert").length, 0);
  });

  it("waits and passes on a failed message that no queue delivered", async () => {
    await run(flowWith("return msg;"));
    flow
      .node("retry")
      .receive({ payload: 1, error: { message: "elsewhere", source: { type: "http request" } } });
    const [again] = await eventually(
      "it comes again",
      () => flow.received("again").length > 0 && flow.received("again"),
    );
    assert.equal(again!.error, undefined);
    assert.deepEqual(again!.retry, { attempt: 2 });
  });

  it("finds its events again after a redeploy", async () => {
    const stuck = flowWith("return null;");
    await run(stuck);
    send("survivor");
    await eventually("it is stored", () => flow.received("stored").length === 1);
    await stopFlow();
    await run(flowWith("return msg;"));
    await eventually("it is delivered", () => flow.received("done").length === 1);
    assert.equal(flow.received("done")[0]!.payload, "survivor");
  });

  it("removes a customer's data when Shopify's request comes to it out of the queue, and settles that", async () => {
    await run(
      flowWith(
        "if (msg.topic === 'customers/redact') { msg.topic = 'redact'; return [null, msg]; } throw new Error('no partner for ' + msg.payload.customer.email);",
        { work: { outputs: 2, wires: [["ack"], ["dead"]] }, retry: { maxAttempts: 1 } },
      ),
    );
    const customer = { id: 207119551, email: "ann@example.com", phone: null };
    const order = { id: 450789469, customer: { ...customer, first_name: "Ann" }, total_price: "10.10" };
    flow.node("queue").receive({ topic: "orders/create", payload: order, customer: "order:1" });
    await eventually("the order is dead", () => flow.received("alert").length === 1);
    const request = { shop_domain: "x.myshopify.com", customer, orders_to_redact: [450789469] };
    flow
      .node("queue")
      .receive({ topic: "customers/redact", payload: request, customer: "customer:207119551" });
    const answer = await eventually("it is removed", () =>
      flow.received("alert").find(({ topic }) => topic === "redact"),
    );
    assert.deepEqual(answer.payload, { command: "redact", queue: "orders", count: 2 });
    flow.node("dead").receive({ topic: "redrive", payload: { all: true } });
    const again = await eventually("the order is tried again", () =>
      flow
        .received("alert")
        .filter(({ topic }) => topic === "orders/create")
        .at(1),
    );
    assert.deepEqual(again.payload, {
      id: 450789469,
      customer: { id: 207119551, email: null, phone: null, first_name: null },
      total_price: "10.10",
    });
    await eventually("the request is settled", () => {
      const status = flow.node("queue").status.lastCall?.args[0].text ?? "";
      return /0 waiting, 0 under way|counts/.test(status);
    });
  });

  it("does not remove anybody's data when it is not told whose", async () => {
    await run(flowWith("return msg;", { catch: { wires: [["caught"]] }, again: { id: "caught" } }));
    flow.node("dead").receive({ topic: "redact", payload: { shop_domain: "x", orders_to_redact: [] } });
    const [caught] = await eventually(
      "it is caught",
      () => flow.received("caught").length > 0 && flow.received("caught"),
    );
    assert.equal(caught!.failure!.code, "bad_command");
  });

  it("keeps only the newest of a key's waiting events where newer ones replace", async () => {
    await run(
      flowWith("if (msg.payload === 1) await new Promise(r => setTimeout(r, 400)); return msg;", {
        queue: { coalesce: true },
      }),
    );
    send(1);
    await eventually("the first is stored", () => flow.received("stored").length === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const payload of [2, 3, 4]) send(payload);
    await eventually("the newest is done", () => flow.received("done").some(({ payload }) => payload === 4));
    assert.deepEqual(
      flow.received("done").map(({ payload }) => payload),
      [1, 4],
    );
    assert.deepEqual(
      flow.received("stored").map(({ stored }) => (stored as { outcome: string }).outcome),
      ["stored", "stored", "replaced", "replaced"],
    );
  });

  it("refuses a command that does not say which dead letters it means", async () => {
    await run(flowWith("return msg;", { catch: { wires: [["caught"]] }, again: { id: "caught" } }));
    flow.node("dead").receive({ topic: "discard", payload: {} });
    const [caught] = await eventually(
      "it is caught",
      () => flow.received("caught").length > 0 && flow.received("caught"),
    );
    assert.equal(caught!.failure!.code, "bad_command");
  });

  it("tells of a command that failed once, instead of running it for ever", async () => {
    await run(flowWith("return msg;"));
    flow.node("dead").receive({ topic: "redrive", payload: {} });
    await eventually("it is told", () => flow.received("alert").length > 0);
    await new Promise((wait) => setTimeout(wait, 300));
    assert.equal(flow.received("alert").length, 1);
    assert.equal(flow.received("alert")[0]!.failure!.code, "bad_command");
  });

  it("tells an operator of what fails behind the node that settled the event", async () => {
    await run(
      flowWith("return msg;", {
        ack: { wires: [["after"]] },
        done: { ...functionNode("after", "throw new Error('too late');", [[]]), x: 0, y: 0 },
      }),
    );
    send(1);
    const [alert] = await eventually(
      "it is told",
      () => flow.received("alert").length > 0 && flow.received("alert"),
    );
    assert.match(alert!.failure!.message, /too late/);
  });

  it("keeps its events waiting, uncounted, while nothing is wired behind it", async () => {
    await run(flowWith("return msg;", { queue: { wires: [["stored"], []] } }));
    send("patient");
    await eventually("its status says so", () =>
      /held/.test(flow.node("queue").status.lastCall?.args[0].text ?? ""),
    );
    await stopFlow();
    await run(flowWith("return msg;"));
    const [done] = await eventually(
      "it is delivered",
      () => flow.received("done").length > 0 && flow.received("done"),
    );
    assert.equal(done!.queue!.attempt, 1);
  });
});
