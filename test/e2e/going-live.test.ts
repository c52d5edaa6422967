import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type ExampleStage, setStage } from "../support/example-stage.ts";
import { smallOrder } from "../support/small-order.ts";

const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/going-live.md"), "utf8");

describe("what docs/going-live.md says of httpNodeAuth", function () {
  this.timeout(60_000);
  let stage: ExampleStage;
  before(async () => {
    const shown = /```js\n\/\/ settings\.js\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    assert.ok(shown.includes("/* as you have it */"));
    const refusing = shown.replace("/* as you have it */", "response.writeHead(401).end();");
    stage = await setStage({ ownSettings: refusing });
    await stage.deploy("orders-only");
  });
  after(() => stage?.close());

  it("lets Shopify in by its signature, and nobody else", async () => {
    assert.equal(await stage.send({ body: smallOrder({ id: 601, name: "#601" }) }), 200);
    assert.equal(await stage.send({ body: smallOrder({ id: 602, name: "#602" }), secret: "guessed" }), 401);
    assert.equal((await fetch(`${stage.nodeRed.url}/shopify`)).status, 401);
    assert.equal((await fetch(`${stage.nodeRed.url}/some/other/page`)).status, 401);
    await stage.settled("orders", 1);
  });
});
