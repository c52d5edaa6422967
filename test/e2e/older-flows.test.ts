import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type ExampleStage, setStage } from "../support/example-stage.ts";
import type { FlowNodeConfig } from "../support/flow.ts";
import { smallOrder } from "../support/small-order.ts";

const exported = (name: string): FlowNodeConfig[] =>
  JSON.parse(
    readFileSync(path.join(import.meta.dirname, "..", "editor", "flows", "1", `${name}.json`), "utf8"),
  );

describe("a flow of version 1 that is deployed as it was exported", function () {
  this.timeout(120_000);
  for (const version of [4, 5] as const)
    describe(`on Node-RED ${version === 4 ? "4.1" : "5"}`, () => {
      let stage: ExampleStage;
      before(async () => {
        stage = await setStage({ version });
      });
      after(() => stage?.close());

      const said = () => stage.nodeRed.log.filter((line) => line.includes("Its settings are of version"));

      it("brings an order to Odoo, and says what changed, once", async () => {
        await stage.deploy("orders-only", () => exported("orders-only"));
        assert.equal(await stage.send({ body: smallOrder({ id: 101, name: "#101" }) }), 200);
        await stage.settled("orders", 1);
        const first = said();
        const of = (type: string) => first.find((line) => line.includes(`[${type}:`)) ?? "";
        assert.match(of("durable-queue"), /\[warn\].* 1; it works with those of version 2: .*: 40 → 100\. /);
        assert.match(of("odoo-write"), /\[warn\].*: 40 → 100/);
        assert.match(of("shopify-webhook-in"), /\[info\].*"check"/);
        await stage.deploy("orders-only", () => exported("orders-only"));
        assert.equal(await stage.send({ body: smallOrder({ id: 102, name: "#102" }) }), 200);
        await stage.settled("orders", 2);
        assert.deepEqual(said(), first);
      });

      it("warns where a later version wrote the settings", async () => {
        const later = exported("orders-only").map((node) =>
          node.type === "durable-queue" ? { ...node, id: "later", configVersion: 99 } : node,
        );
        await stage.deploy("orders-only", () => later);
        const [line] = stage.nodeRed.log.filter((each) => each.includes("of version 99"));
        assert.match(line ?? "", /\[warn\].*update the package/);
      });
    });
});
