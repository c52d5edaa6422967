import assert from "node:assert/strict";
import { type ExampleStage, setStage } from "../../support/example-stage.ts";
import { smallOrder } from "../../support/small-order.ts";

describe("the examples with transforms of one's own", function () {
  this.timeout(120_000);
  let stage: ExampleStage;
  let bookTax: number;
  before(async () => {
    stage = await setStage({ env: { BOOK_TAX: "Books 10%" } });
    const values = { name: "Books 10%", amount: 10, amount_type: "percent", type_tax_use: "sale" };
    const made = await stage.call("account.tax", "create", {
      vals_list: [{ ...values, price_include_override: "tax_excluded" }],
    });
    bookTax = (made as number[])[0]!;
    await stage.call("product.product", "create", {
      vals_list: [{ name: "Trail guide", default_code: "BOOK-TRAIL", type: "consu" }],
    });
  });
  after(() => stage?.close());

  const inOdoo = async (name: string) =>
    (
      await stage.read(
        "sale.order",
        ["state", "commitment_date", "note", "order_line"],
        [["client_order_ref", "=", name]],
      )
    )[0];
  const taxesOf = async (name: string) => {
    const lines = (await inOdoo(name))!.order_line as number[];
    const [line] = await stage.read("sale.order.line", ["tax_ids"], [["id", "in", lines]]);
    return line!.tax_ids;
  };
  const delivery = (value: string) => ({ note_attributes: [{ name: "Delivery date", value }] });

  it("function nodes add a field, choose a tax, and route by tag", async () => {
    await stage.deploy("custom-transform");
    const orders = [
      { id: 401, name: "#401", ...delivery("2026-12-05") },
      { id: 402, name: "#402", sku: "BOOK-TRAIL" },
      { id: 403, name: "#403", tags: "vip, wholesale" },
    ];
    for (const one of orders) assert.equal(await stage.send({ body: smallOrder(one) }), 200);
    await stage.settled("orders", 3);
    assert.equal((await inOdoo("#401"))!.commitment_date, "2026-12-05 12:00:00");
    assert.equal((await inOdoo("#402"))!.commitment_date, false);
    assert.deepEqual(await taxesOf("#402"), [bookTax]);
    assert.notDeepEqual(await taxesOf("#401"), [bookTax]);
    assert.equal((await inOdoo("#402"))!.state, "sale");
    assert.equal((await inOdoo("#403"))!.state, "draft");
    assert.match(String((await inOdoo("#403"))!.note), /check the discount/);
  });

  it("JSONata and a subflow do, and what the subflow refuses is a dead letter with its own words", async () => {
    await stage.deploy("transforms-in-jsonata-and-subflow");
    for (const [id, date] of [
      [411, "2026-12-06"],
      [412, "next week"],
    ] as const)
      assert.equal(await stage.send({ body: smallOrder({ id, name: `#${id}`, ...delivery(date) }) }), 200);
    await stage.settled("orders", 4, 1);
    assert.equal((await inOdoo("WEB #411"))!.commitment_date, "2026-12-06 12:00:00");
    const [dead] = await stage.deadLetters("orders");
    assert.equal(dead!.failure.code, "bad_delivery_date");
    assert.equal(dead!.failure.message, 'Order #412: Delivery date is "next week", not a date.');
  });
});
