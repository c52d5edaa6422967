import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { type ExampleStage, setStage } from "../../support/example-stage.ts";
import { type NodeStatuses, watchStatuses } from "../../support/node-status.ts";

/** The buttons in the order that the example's own text suggests. Its Odoo lives in the flow: it needs none. */
describe("the example “try it without accounts”", function () {
  this.timeout(60_000);
  let stage: ExampleStage;
  let statuses: NodeStatuses;
  before(async () => {
    stage = await setStage();
    await stage.deploy("try-it-without-accounts");
    statuses = await watchStatuses(stage.nodeRed.url);
  });
  after(async () => {
    statuses?.close();
    await stage?.close();
  });

  it("an order that comes twice is one order", async () => {
    await stage.press("ht-order");
    await stage.settled("try-it", 1);
    await stage.press("ht-again");
    await stage.press("ht-order");
    await stage.settled("try-it", 2);
  });

  it("orders wait while Odoo is away, and go on when it is back", async () => {
    await stage.press("ht-away");
    for (let n = 0; n < 3; n++) await stage.press("ht-order");
    await eventually("the queue holds", () => /^on hold/.test(statuses.of("ht-queue")?.text ?? ""));
    await stage.press("ht-back");
    await stage.settled("try-it", 5);
  });

  it("an order for an unknown product is a dead letter that says what to do, and is retried", async () => {
    await stage.press("ht-hat");
    await stage.settled("try-it", 5, 1);
    const [dead] = await stage.deadLetters("try-it");
    assert.equal(dead!.failure.code, "sku_not_found");
    assert.match(String(dead!.failure.hint), /Internal Reference HAT/);
    await stage.press("ht-add");
    await stage.press("ht-redrive");
    await stage.settled("try-it", 6);
  });

  it("and what Odoo holds then is shown", async () => {
    const { msg } = (await (await fetch(`${stage.nodeRed.url}/context/flow/ht-tab/orders`)).json()) as {
      msg: string;
    };
    const orders = Object.values(JSON.parse(msg)) as { reference: string; state: string; total: string }[];
    assert.equal(orders.length, 6);
    assert.deepEqual(orders[0], { reference: "#1001", state: "sale", total: "23.80" });
  });
});
