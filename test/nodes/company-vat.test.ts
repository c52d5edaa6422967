import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { eventually } from "../support/eventually.ts";
import type { FlowNodeConfig } from "../support/flow.ts";
import { runFlow, startHelper, stopFlow, stopHelper, type TestFlow } from "../support/node-helper.ts";
import { smallOrder } from "../support/small-order.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** The functions of docs/orders.md, "The VAT number of a company". */
const ask = `
const { company } = msg.payload;
if (!company?.location_id) return [null, msg];
msg.order = msg.payload;
msg.payload = {
  query: "query Vat($id: ID!) { companyLocation(id: $id) { taxSettings { taxRegistrationId } } }",
  variables: { id: "gid://shopify/CompanyLocation/" + company.location_id },
};
return [msg, null];`;
const back = `
const vat = msg.payload.companyLocation?.taxSettings?.taxRegistrationId;
msg.payload = msg.order;
delete msg.order;
if (vat) msg.payload.note_attributes = [{ name: "VAT", value: vat }, ...(msg.payload.note_attributes ?? [])];
return msg;`;

describe("the VAT number of a company, asked for on an order's way to Odoo", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let shopify: Server;
  let asked: string[];
  let flow: TestFlow;
  before(() => startHelper());
  after(() => stopHelper());
  beforeEach(async () => {
    folder = temporaryFolder();
    asked = [];
    shopify = createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      asked.push((JSON.parse(body) as { variables: { id: string } }).variables.id);
      response.setHeader("Content-Type", "application/json");
      response.end(
        JSON.stringify({
          data: { companyLocation: { taxSettings: { taxRegistrationId: "DE 136 695 976" } } },
        }),
      );
    });
    await new Promise<void>((ready) => shopify.listen(0, "127.0.0.1", ready));
  });
  afterEach(async () => {
    await stopFlow();
    await new Promise((closed) => shopify.close(closed));
    folder.remove();
  });

  async function run(settles: boolean | undefined): Promise<void> {
    const nodes = [
      { id: "tab", type: "tab", label: "test" },
      { id: "store", type: "queue-store", file: "queue.db" },
      {
        id: "shop",
        type: "shopify-store",
        shop: "holdfast-test.myshopify.com",
        auth: "token",
        apiVersion: "2026-10",
        adminUrl: `http://127.0.0.1:${(shopify.address() as AddressInfo).port}`,
      },
      {
        id: "queue",
        type: "durable-queue",
        store: "store",
        queue: "orders",
        concurrency: 5,
        keyType: "msg",
        key: "payload.id",
        dedupeType: "auto",
        dedupe: "",
        wires: [["nowhere"], ["ask"]],
      },
      { id: "ask", type: "function", func: ask, outputs: 2, wires: [["write"], ["map"]] },
      { id: "write", type: "shopify-write", store: "shop", operation: "graphql", settles, wires: [["back"]] },
      { id: "back", type: "function", func: back, outputs: 1, wires: [["map"]] },
      {
        id: "map",
        type: "shopify-to-odoo",
        money: "shop",
        productBy: "default_code",
        confirm: "never",
        shippingSku: "SHIPPING",
        vatAttribute: "VAT",
        wires: [["out", "end"]],
      },
      { id: "end", type: "queue-ack", outcome: "dead", reason: "Not done before.", wires: [[]] },
      { id: "catch", type: "catch", scope: null, uncaught: false, wires: [["caught"]] },
      ...["nowhere", "out", "caught"].map((id) => ({ id, type: "helper" })),
    ].map((node) =>
      ["tab", "queue-store", "shopify-store"].includes(node.type)
        ? { configVersion: 2, ...node }
        : { z: "tab", x: 0, y: 0, configVersion: 2, ...node },
    ) as FlowNodeConfig[];
    flow = await runFlow(folder.path, nodes, { shop: { adminToken: "shpat_test" } });
  }

  const order = (more: object) => ({
    topic: "orders/create",
    payload: { ...(JSON.parse(smallOrder({ id: 101, name: "#101" })) as object), ...more },
  });

  it("stands in the plan, and the event is not done before Odoo has it", async () => {
    await run(false);
    flow.node("queue").receive(order({ company: { id: 5, location_id: 7 } }));
    const { payload } = await eventually("there is a plan", () => flow.received("out")[0]);
    assert.match(JSON.stringify(payload), /"vat":"DE136695976"/);
    assert.deepEqual(asked, ["gid://shopify/CompanyLocation/7"]);
    const { failure } = await eventually("the event ends here", () => flow.received("caught")[0]);
    assert.equal(failure?.message, "Not done before.");
  });

  it("is asked of nobody where no company orders", async () => {
    await run(false);
    flow.node("queue").receive(order({ company: null }));
    const { payload } = await eventually("there is a plan", () => flow.received("out")[0]);
    assert.doesNotMatch(JSON.stringify(payload), /"vat"/);
    assert.deepEqual(asked, []);
  });

  it("ends the event where the writer says so, as it does from before one could choose", async () => {
    await run(undefined);
    flow.node("queue").receive(order({ company: { id: 5, location_id: 7 } }));
    await eventually("there is a plan", () => flow.received("out")[0]);
    await eventually("what follows has tried", () => flow.node("end").status.lastCall);
    assert.deepEqual(flow.received("caught"), []);
  });
});
