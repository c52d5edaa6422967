import assert from "node:assert/strict";
import { type OdooStandIn, type OdooStandInOptions, startOdooStandIn } from "../../sandbox/odoo/server.ts";

const recipe = { mode: "update", noupdate: true, module: "__shopify__", tz: "UTC" };
const orderFields = [
  "id",
  "partner_id/id",
  "client_order_ref",
  "date_order",
  "order_line/id",
  "order_line/product_id/.id",
  "order_line/name",
  "order_line/product_uom_qty",
  "order_line/price_unit",
  "order_line/tax_ids/.id",
];

interface LoadReply {
  ids: number[] | false;
  messages: {
    type: string;
    message: string;
    record: number;
    rows: { from: number; to: number };
    field?: string;
  }[];
}

describe("sandbox: load, as Odoo does it", () => {
  let odoo: OdooStandIn;
  let product: string;
  const start = async (options: OdooStandInOptions = {}): Promise<void> => {
    odoo = await startOdooStandIn(options);
    const found = await read("product.product", [["default_code", "=", "SOCK-PEAT-M"]], ["id"]);
    product = String(found[0]!.id);
    await load("res.partner", ["id", "name"], [["buyer", "Buyer"]]);
  };
  afterEach(() => odoo.close());

  const call = async (model: string, method: string, body: object, key = odoo.apiKey): Promise<unknown> => {
    const response = await fetch(`${odoo.url}/json/2/${model}/${method}`, {
      method: "POST",
      headers: {
        Authorization: `bearer ${key}`,
        "X-Odoo-Database": odoo.db,
        "Content-Type": "application/json",
      },
      body: JSON.stringify(body),
    });
    return response.json();
  };
  const read = (model: string, domain: unknown[], fields: string[]) =>
    call(model, "search_read", { domain, fields, context: { active_test: false } }) as Promise<
      Record<string, unknown>[]
    >;
  const load = (model: string, fields: string[], data: unknown[][], context: object = recipe) =>
    call(model, "load", { fields, data, context }) as Promise<LoadReply>;
  const tax = async (amount: number): Promise<string> =>
    String((await read("account.tax", [["amount", "=", amount]], ["id"])).at(0)!.id);
  const line = (id: string, price: string, quantity = "1", taxes = ""): string[] => [
    id,
    product,
    "Socks",
    quantity,
    price,
    taxes,
  ];
  const order = (id: string, ...lines: string[][]): string[][] =>
    lines.map((cells, at) =>
      at === 0 ? [id, "buyer", `#${id}`, "2026-11-20 10:00:00", ...cells] : ["", "", "", "", ...cells],
    );

  it("one order with its lines, once, however often", async () => {
    await start();
    const rows = order("o1", line("l1", "8.49", "7"), line("l2", "1.00"));
    const first = await load("sale.order", orderFields, rows);
    const second = await load("sale.order", orderFields, rows);
    assert.deepEqual(second, first);
    const [made] = odoo.snapshot().orders;
    assert.deepEqual([made!.lines, made!.amount_total, made!.external_id], [2, "60.43", "__shopify__.o1"]);
  });

  it("without line ids and in the default mode, a replay doubles the lines", async () => {
    await start();
    const fields = orderFields.filter((field) => field !== "order_line/id");
    const rows = [["o1", "buyer", "#1", "2026-11-20 10:00:00", product, "Socks", "1", "5.00", ""]];
    const context = { module: "__shopify__", tz: "UTC" };
    await load("sale.order", fields, rows, context);
    await load("sale.order", fields, rows, context);
    assert.equal(odoo.snapshot().orders[0]!.lines, 2);
  });

  it("all or nothing: the bad row is named and its neighbours are not written", async () => {
    await start();
    const rows = [
      ...order("o1", line("l1", "1.00"), line("l2", "1.00")),
      ...order("o2", line("l3", "abc")),
      ...order("o3", line("l4", "1.00")),
    ];
    const reply = await load("sale.order", orderFields, rows);
    assert.equal(reply.ids, false);
    assert.deepEqual(
      reply.messages.map(({ record, rows: { from, to }, field }) => [record, from, to, field]),
      [[1, 2, 2, "order_line"]],
    );
    assert.match(
      reply.messages[0]!.message,
      /'abc' does not seem to be a number for field 'Order Lines\/Unit Price'/,
    );
    assert.equal(odoo.snapshot().orders.length, 0);
  });

  it("a rule of Odoo's broken in a batch is told of its first record too: so does Odoo", async () => {
    await start();
    const blamed = async (rows: string[][]) =>
      (await load("res.partner", ["id", "name"], rows)).messages.map(({ record }) => record);
    assert.deepEqual(
      await blamed([
        ["p1", "One"],
        ["base.us", "Not a contact"],
      ]),
      [0, 1],
    );
    // A rule of the database is told of the culprit alone.
    assert.deepEqual(
      await blamed([
        ["p1", "One"],
        ["p2", ""],
      ]),
      [1],
    );
  });

  it("dates are read in the user's zone unless the context says UTC; T and Z are refused", async () => {
    await start();
    const rows = (id: string, date: string) => [[id, "buyer", `#${id}`, date, ...line(`l${id}`, "1")]];
    await load("sale.order", orderFields, rows("o1", "2026-11-20 10:00:00"));
    const { tz: _, ...zoneless } = recipe;
    await load("sale.order", orderFields, rows("o2", "2026-11-20 10:00:00"), zoneless);
    const refused = await load("sale.order", orderFields, rows("o3", "2026-11-20T10:00:00Z"));
    assert.equal(refused.ids, false);
    assert.deepEqual(
      odoo.snapshot().orders.map(({ date_order }) => date_order),
      ["2026-11-20 10:00:00", "2026-11-20 15:00:00"],
    );
  });

  it("taxes: on top, within the price, several on one line", async () => {
    await start();
    const [five, high, included] = [await tax(5), await tax(8.25), await tax(19)];
    await load("sale.order", orderFields, [
      ...order("o1", line("l1", "8.49", "7", `${five},${high}`)),
      ...order("o2", line("l2", "9.99", "3", included)),
      ...order(
        "o3",
        line("l3", "0.10", "1", high),
        line("l4", "0.10", "1", high),
        line("l5", "0.10", "1", high),
      ),
    ]);
    assert.deepEqual(
      odoo.snapshot().orders.map((each) => [each.amount_untaxed, each.amount_tax, each.amount_total]),
      [
        ["59.43", "7.87", "67.30"],
        ["25.18", "4.79", "29.97"],
        ["0.30", "0.03", "0.33"],
      ],
    );
  });

  it("rounded globally, three small taxes are one cent less", async () => {
    await start({ taxRounding: "round_globally" });
    const high = await tax(8.25);
    await load("sale.order", orderFields, [
      ...order(
        "o1",
        line("l3", "0.10", "1", high),
        line("l4", "0.10", "1", high),
        line("l5", "0.10", "1", high),
      ),
    ]);
    assert.equal(odoo.snapshot().orders[0]!.amount_tax, "0.02");
  });

  it("an order that is gone takes its external ids along, and a replay makes it anew", async () => {
    await start();
    const rows = order("o1", line("l1", "1.00"));
    const { ids } = await load("sale.order", orderFields, rows);
    await call("sale.order", "unlink", { ids }, odoo.admin.apiKey);
    assert.equal(odoo.snapshot().orders.length, 0);
    const again = await load("sale.order", orderFields, rows);
    assert.notDeepEqual(again.ids, ids);
  });

  it("Odoo 18 has other field names, and JSON-2 not yet", async () => {
    odoo = await startOdooStandIn({ major: 18 });
    assert.equal((await fetch(`${odoo.url}/web/version`)).status, 404);
    assert.equal((await fetch(`${odoo.url}/json/2/res.partner/search`, { method: "POST" })).status, 404);
  });

  it("ten thousand orders, and still quick", async function () {
    this.timeout(60_000);
    await start();
    const started = performance.now();
    for (let batch = 0; batch < 250; batch++) {
      const rows = Array.from({ length: 40 }, (_, at) =>
        order(`o${batch}_${at}`, line(`l${batch}_${at}`, "8.49", "2")),
      ).flat();
      assert.ok((await load("sale.order", orderFields, rows)).ids);
    }
    const perOrder = (performance.now() - started) / 10_000;
    assert.ok(perOrder < 1, `${perOrder.toFixed(2)} ms an order`);
    const found = await read("sale.order", [["client_order_ref", "=", "#o249_39"]], ["amount_total"]);
    assert.deepEqual(
      found.map((each) => each.amount_total),
      [16.98],
    );
    assert.equal(odoo.snapshot().duplicates, 0);
  });
});
