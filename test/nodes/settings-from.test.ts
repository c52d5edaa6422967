import assert from "node:assert/strict";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { eventually } from "../support/eventually.ts";
import type { FlowNodeConfig } from "../support/flow.ts";
import {
  runFlow,
  startHelper,
  stopFlow,
  stopHelper,
  type TestFlow,
  type TestMessage,
} from "../support/node-helper.ts";
import { smallOrder } from "../support/small-order.ts";
import { temporaryFolder } from "../support/temporary.ts";

const from = (field: string, type: string, value: string) => ({ field, type, value });
const msg = (field: string) => from(field, "msg", `settings.${field}`);

/** A tab with what a test puts on it, a Catch, and a helper for each of their outputs. */
function tabWith(...nodes: Record<string, unknown>[]): FlowNodeConfig[] {
  const flow = [
    { id: "tab", type: "tab", label: "test" },
    { id: "store", type: "queue-store", file: "queue.db" },
    ...nodes.map((node) => ({ z: "tab", x: 0, y: 0, configVersion: 2, ...node })),
    { id: "catch", type: "catch", z: "tab", scope: null, uncaught: false, wires: [["caught"]] },
    ...["out", "second", "caught"].map((id) => ({ id, type: "helper", z: "tab" })),
  ];
  return flow.map((node) => ("z" in node ? { x: 0, y: 0, ...node } : node)) as FlowNodeConfig[];
}

describe("a setting that comes from elsewhere", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let flow: TestFlow;
  const variables: string[] = [];
  const setVariable = (name: string, value: string): void => {
    process.env[name] = value;
    variables.push(name);
  };
  before(() => startHelper());
  after(() => stopHelper());
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    await stopFlow();
    folder.remove();
    for (const name of variables.splice(0)) delete process.env[name];
  });
  const run = async (nodes: FlowNodeConfig[], credentials?: Record<string, object>): Promise<void> => {
    flow = await runFlow(folder.path, nodes, credentials);
  };
  const next = (id: string): Promise<TestMessage> => {
    const before = flow.received(id).length;
    return eventually(`${id} gets a message`, () => flow.received(id)[before]) as Promise<TestMessage>;
  };
  const ask = (node: string, message: Record<string, unknown>, at = "out"): Promise<TestMessage> => {
    const answer = next(at);
    flow.node(node).receive(structuredClone(message));
    return answer;
  };

  describe("of shopify-to-odoo", () => {
    const mapping = {
      id: "map",
      type: "shopify-to-odoo",
      money: "shop",
      productBy: "default_code",
      confirm: "paid",
      shippingSku: "SHIPPING",
      wires: [["out"]],
    };
    const order = JSON.parse(smallOrder({ id: 101, name: "#101" })) as object;
    const confirms = ({ payload }: TestMessage): boolean => JSON.stringify(payload).includes('"confirm"');

    it("is the message's, where it says one, and else the dialog's", async () => {
      await run(tabWith({ ...mapping, sources: [msg("confirm")] }));
      const asked = { topic: "orders/create", payload: order };
      assert.equal(confirms(await ask("map", asked)), true);
      assert.equal(confirms(await ask("map", { ...asked, settings: { confirm: "never" } })), false);
      assert.equal(confirms(await ask("map", { ...asked, settings: {} })), true);
    });

    it("is refused where it is none of the choices, in words that say which there are", async () => {
      await run(tabWith({ ...mapping, sources: [msg("confirm")] }));
      const asked = { topic: "orders/create", payload: order, settings: { confirm: "sometimes" } };
      const { failure } = await ask("map", asked, "caught");
      assert.deepEqual([failure!.class, failure!.code], ["rejected", "bad_setting"]);
    });

    it("may be an expression, a context's, and a table of the environment", async () => {
      setVariable("HOLDFAST_TEST_TAXES", '[{"country":"","title":"","rate":"","tax":"The only tax"}]');
      const sources = [
        from("externalIdPrefix", "jsonata", '"shop_" & $lowercase(letter) & "_"'),
        from("taxes", "env", "HOLDFAST_TEST_TAXES"),
        from("team", "flow", "team"),
      ];
      await run(tabWith({ ...mapping, sources }));
      const node = flow.node("map") as unknown as {
        context(): { flow: { set(key: string, value: string): void } };
      };
      node.context().flow.set("team", "Website of a shop");
      const { payload } = await ask("map", { topic: "orders/create", payload: order, letter: "A" });
      const plan = JSON.stringify(payload);
      for (const part of ["shop_a_order_101", "The only tax", "Website of a shop"])
        assert.ok(plan.includes(part), `${part} is not in ${plan}`);
    });
  });

  describe("of location-mapper", () => {
    const row = {
      shopifyId: "7",
      shopifyName: "Lyon",
      warehouseId: 3,
      locationId: 12,
      code: "LYO",
      isDefault: false,
    };
    const mapper = {
      id: "mapper",
      type: "location-mapper",
      direction: "toOdoo",
      unmapped: "reject",
      rows: [{ ...row, shopifyId: "8" }],
      wires: [["out"], ["second"]],
    };
    const event = { topic: "orders/create", payload: { location_id: 7 } };

    it("is the message's table and what becomes of a location that is not in it", async () => {
      await run(tabWith({ ...mapper, outputs: 2, sources: [msg("rows"), msg("unmapped")] }));
      const mapped = await ask("mapper", { ...event, settings: { rows: JSON.stringify([row]) } });
      assert.equal((mapped.location as { odoo: { warehouseId: number } }).odoo.warehouseId, 3);
      assert.equal((await ask("mapper", event, "caught")).failure!.code, "location_unmapped");
      await ask("mapper", { ...event, settings: { unmapped: "output" } }, "second");
    });

    it("is a broken table's own failure", async () => {
      await run(tabWith({ ...mapper, sources: [msg("rows")] }));
      const twice = await ask("mapper", { ...event, settings: { rows: [row, row] } }, "caught");
      assert.equal(twice.failure!.code, "location_table");
      const none = await ask("mapper", { ...event, settings: { rows: "Lyon" } }, "caught");
      assert.equal(none.failure!.code, "bad_setting");
    });
  });

  describe("of odoo-write and odoo-server", () => {
    let odoo: OdooStandIn;
    before(async () => {
      odoo = await startOdooStandIn({});
    });
    after(() => odoo.close());

    it("is the operation, the model and the server's address", async () => {
      setVariable("HOLDFAST_TEST_ODOO", odoo.url);
      await run(
        [
          ...tabWith({
            id: "write",
            type: "odoo-write",
            server: "odoo",
            operation: "plan",
            model: "",
            method: "",
            batchSize: 100,
            settles: true,
            sources: [msg("operation"), msg("model")],
            wires: [["out"]],
          }),
          {
            id: "odoo",
            type: "odoo-server",
            configVersion: 2,
            url: "http://127.0.0.1:1",
            db: odoo.db,
            login: odoo.login,
            sources: [from("url", "env", "HOLDFAST_TEST_ODOO")],
          },
        ],
        { odoo: { apiKey: odoo.apiKey } },
      );
      const settings = { operation: "search_read", model: "res.country" };
      const found = await ask("write", {
        payload: { domain: [["code", "=", "FR"]], fields: ["code"] },
        settings,
      });
      assert.deepEqual(
        (found.payload as { code: string }[]).map(({ code }) => code),
        ["FR"],
      );
    });
  });

  describe("of a queue and what ends its events", () => {
    const queue = {
      id: "queue",
      type: "durable-queue",
      store: "store",
      queue: "orders",
      concurrency: 5,
      keyType: "env",
      key: "HOLDFAST_TEST_KEY",
      dedupeType: "auto",
      dedupe: "",
      wires: [["second"], ["ack"]],
    };
    const ack = { id: "ack", type: "queue-ack", sources: [msg("outcome"), msg("reason")], wires: [["out"]] };

    it("is the key of all events, and how each of them ends", async () => {
      setVariable("HOLDFAST_TEST_KEY", "one for all");
      await run(tabWith({ ...queue, deadHoldsKey: false }, ack));
      const done = await ask("queue", { topic: "test", payload: 1 });
      assert.equal(done.queue!.key, "one for all");
      const dead = await ask(
        "queue",
        { topic: "test", payload: 2, settings: { outcome: "dead", reason: "Too odd for us." } },
        "caught",
      );
      assert.deepEqual(
        [dead.failure!.class, dead.failure!.code, dead.failure!.message],
        ["rejected", "set_aside", "Too odd for us."],
      );
      assert.equal(flow.received("out").length, 2, "the second one has left the node, too");
    });

    it("is that an event is not possible yet: it comes again, one attempt later", async () => {
      setVariable("HOLDFAST_TEST_KEY", "one for all");
      setVariable("HOLDFAST_TEST_WAIT", "0.05");
      const later = [
        from("outcome", "jsonata", 'queue.attempt = 1 ? "retry" : "done"'),
        from("waitSeconds", "env", "HOLDFAST_TEST_WAIT"),
      ];
      await run(tabWith(queue, { ...ack, sources: later }));
      flow.node("queue").receive({ topic: "test", payload: 1 });
      await eventually("it came twice", () => flow.received("out").length === 2);
      assert.deepEqual(
        flow.received("out").map((message) => message.queue!.attempt),
        [1, 2],
      );
    });
  });

  it("of retry-backoff is how often is tried", async () => {
    const retry = { id: "retry", type: "retry-backoff", maxAttempts: 8, baseSeconds: 0.01, capSeconds: 0.05 };
    await run(tabWith({ ...retry, sources: [msg("maxAttempts")], wires: [["out"], ["second"]] }));
    const failed = { payload: 1, retry: { attempt: 2 }, error: { message: "went wrong" } };
    await ask("retry", { ...failed, settings: { maxAttempts: "3" } });
    await ask("retry", { ...failed, settings: { maxAttempts: 2 } }, "second");
    // What can't be read is no reason to lose the failure.
    await ask("retry", { ...failed, settings: { maxAttempts: "often" } });
    assert.match(String(flow.node("retry").warn.lastCall!.args[0]), /settings/);
  });

  it("of dead-letter is the reason of a message that gives none", async () => {
    await run(
      tabWith({
        id: "dead",
        type: "dead-letter",
        reason: "Unknown.",
        sources: [msg("reason")],
        wires: [["out"]],
      }),
    );
    assert.equal((await ask("dead", { payload: 1 })).failure!.message, "Unknown.");
    const said = await ask("dead", { payload: 1, settings: { reason: "The line is not sold here." } });
    assert.equal(said.failure!.message, "The line is not sold here.");
  });

  it("of shopify-backfill are its topics", async () => {
    const backfill = { id: "backfill", type: "shopify-backfill", store: "shop", topics: "orders/create" };
    await run([
      ...tabWith({ ...backfill, sources: [msg("topics")], wires: [["out"], ["second"]] }),
      { id: "shop", type: "shopify-store", shop: "example.myshopify.com", adminUrl: "http://127.0.0.1:1" },
    ]);
    const { failure } = await ask("backfill", { payload: 1, settings: { topics: "carts/update" } }, "caught");
    assert.match(failure!.message, /carts\/update can't be brought/);
  });

  it("of shopify-write is what it does", async () => {
    const write = {
      id: "write",
      type: "shopify-write",
      store: "shop",
      operation: "stock",
      unstocked: "activate",
    };
    await run([
      ...tabWith({ ...write, sources: [msg("operation"), msg("unstocked")], wires: [["out"]] }),
      { id: "shop", type: "shopify-store", shop: "example.myshopify.com", adminUrl: "http://127.0.0.1:1" },
    ]);
    const stock = await ask("write", { payload: 1 }, "caught");
    const graphql = await ask("write", { payload: 1, settings: { operation: "graphql" } }, "caught");
    assert.notEqual(stock.failure!.message, graphql.failure!.message);
    const odd = await ask("write", { payload: 1, settings: { unstocked: "perhaps" } }, "caught");
    assert.equal(odd.failure!.code, "bad_setting");
  });

  it("that the environment gets wrong is said when the node starts, and of each message", async () => {
    setVariable("HOLDFAST_TEST_DIRECTION", "sideways");
    const sources = [from("direction", "env", "HOLDFAST_TEST_DIRECTION")];
    await run(
      tabWith({
        id: "mapper",
        type: "location-mapper",
        direction: "toOdoo",
        unmapped: "reject",
        rows: [],
        sources,
        wires: [["out"]],
      }),
    );
    const { fill } = flow.node("mapper").status.lastCall!.args[0];
    assert.equal(fill, "red");
    const { failure } = await ask("mapper", { topic: "orders/create", payload: {} }, "caught");
    assert.equal(failure!.code, "bad_setting");
  });
});
