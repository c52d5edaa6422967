import assert from "node:assert/strict";
import { ask, fillShelves } from "../../sandbox/demo-stock.ts";
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
import { temporaryFolder } from "../support/temporary.ts";

const tent = "TENT-RIDGE-2";
const rows = [
  {
    shopifyId: "100",
    shopifyName: "Harbour Street",
    warehouseId: 1,
    locationId: 5,
    code: "WH",
    isDefault: true,
  },
  {
    shopifyId: "200",
    shopifyName: "All together",
    warehouseId: 2,
    locationId: 14,
    code: "OUT",
    stockDirection: "shopify",
  },
];

describe("odoo-stock-in in a flow", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let odoo: OdooStandIn;
  let flow: TestFlow;
  before(() => startHelper());
  after(() => stopHelper());
  beforeEach(async () => {
    folder = temporaryFolder();
    odoo = await startOdooStandIn();
    await fillShelves(odoo);
  });
  afterEach(async () => {
    await stopFlow();
    await odoo.close();
    folder.remove();
  });

  async function run(changes: Record<string, Record<string, unknown>> = {}): Promise<void> {
    const nodes: FlowNodeConfig[] = [
      { id: "tab", type: "tab", label: "test" },
      { id: "odoo", type: "odoo-server", url: odoo.url, db: odoo.db, login: odoo.login },
      {
        id: "mapper",
        type: "location-mapper",
        z: "tab",
        direction: "toOdoo",
        unmapped: "reject",
        rows,
        wires: [[]],
      },
      {
        id: "stock-in",
        type: "odoo-stock-in",
        z: "tab",
        server: "odoo",
        mapper: "mapper",
        askSeconds: 0.05,
        buffers: [{ sku: tent, units: "2" }],
        wires: [["stock"], ["deliveries"]],
      },
      { id: "stock", type: "helper", z: "tab" },
      { id: "deliveries", type: "helper", z: "tab" },
      { id: "catch", type: "catch", z: "tab", scope: null, uncaught: false, wires: [["failed"]] },
      { id: "failed", type: "helper", z: "tab" },
    ];
    flow = await runFlow(
      folder.path,
      nodes.map((node) => ({ ...node, ...(node.z ? { x: 0, y: 0 } : {}), ...changes[node.id] })),
      { odoo: { apiKey: odoo.apiKey } },
    );
  }
  const told = (sku = tent): TestMessage[] =>
    flow.received("stock").filter(({ payload }) => (payload as { sku: string }).sku === sku);
  const status = () => flow.node("stock-in").status.lastCall?.args[0];

  it("tells the stock of every product at every location that follows Odoo, ready for a queue and for Shopify", async () => {
    await run();
    const [first] = await eventually("the compare tells the tent", () => told().length > 0 && told());
    assert.deepEqual(first!.payload, {
      sku: tent,
      productId: (first!.payload as { productId: number }).productId,
      locationId: "100",
      quantity: 898,
      knownCommitted: 0,
      compared: true,
    });
    assert.deepEqual(first!.stock, { key: `stock:${tent}:100`, cause: "compare" });
    assert.equal(first!.reference, `${tent} at Harbour Street`);
    assert.equal((first!.location as { odoo: { code: string } }).odoo.code, "WH");
    await eventually("it waits for changes", () => status()?.fill === "green");
    assert.equal(told().length, 1, "the other location is Shopify's");
  });

  it("tells again what a message asks for, and says what a message should hold", async () => {
    await run();
    await eventually("the compare is over", () => status()?.fill === "green");
    flow.node("stock-in").receive({ payload: { skus: [tent] } });
    await eventually("the tent is told again", () =>
      told().some((message) => (message.stock as { cause: string }).cause === "asked"),
    );
    flow.node("stock-in").receive({ payload: "everything" });
    const [failed] = await eventually(
      "Catch hears of it",
      () => flow.received("failed").length > 0 && flow.received("failed"),
    );
    assert.deepEqual([failed!.failure?.class, failed!.failure?.code], ["rejected", "no_products"]);
  });

  it("without a table says what is missing, and goes on once it is there", async () => {
    await run({ mapper: { rows: [] } });
    await eventually("the status says it", () => status()?.fill === "red");
    assert.equal(flow.received("stock").length, 0);
  });

  it("a row that is not finished is no place: nothing is told, and the status says which row", async () => {
    const added = { shopifyId: "300", shopifyName: "Pier", warehouseId: "", locationId: "", code: "" };
    for (const wrong of [
      added,
      { ...rows[0], shopifyId: "300", locationId: 14, stockLocationIds: "14, x" },
    ]) {
      await run({ mapper: { rows: [rows[0], wrong] } });
      await eventually("the status says it", () => /^Row 2 /.test(status()?.text ?? ""));
      assert.equal(status()?.fill, "red");
      assert.equal(flow.received("stock").length, 0);
      await stopFlow();
    }
  });

  it("a place that Odoo does not have is told of by a warning; the other rows go on", async () => {
    const gone = { ...rows[0], shopifyId: "300", shopifyName: "Pier", isDefault: false, locationId: 8000 };
    await run({ mapper: { rows: [rows[0], gone] } });
    await eventually("the status says it", () => status()?.fill === "yellow" && told().length > 0);
    assert.match(status()?.text ?? "", /no stock location 8000/);
    const locations = new Set(
      flow.received("stock").map(({ payload }) => (payload as { locationId: string }).locationId),
    );
    assert.deepEqual([...locations], ["100"]);
    assert.match(String(flow.node("stock-in").warn.lastCall?.args[0]), /unusable|8000 any more\. Choose/);
  });

  it("stops asking when it is closed", async () => {
    await run();
    await eventually("the compare is over", () => status()?.fill === "green");
    await stopFlow();
    const asked = odoo.calls("stock.quant.search_read");
    await ask(odoo, "product.product/search_read", {
      domain: [["default_code", "=", tent]],
      fields: ["name"],
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(odoo.calls("stock.quant.search_read"), asked);
  });
});
