import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { CONFIG_VERSION, migrate } from "../../nodes/settings/versions.ts";
import { nodeTypes, root } from "../support/editor-definition.ts";
import { exampleFlow, type FlowNodeConfig } from "../support/flow.ts";

const examples = readdirSync(path.join(root, "examples"))
  .filter((name) => name.endsWith(".json"))
  .map((name) => path.basename(name, ".json"));

const tests = readdirSync(path.join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((name) => /^e2e\/.*\.test\.ts$/.test(name))
  .map((name) => readFileSync(path.join(root, "test", name), "utf8"))
  .join("\n");

describe("the shipped examples", () => {
  for (const name of examples)
    describe(name, () => {
      const flow = exampleFlow(name);
      const tabs = flow.filter(({ type }) => type === "tab");

      it("is deployed and driven by a test", () => {
        const driven =
          tests.includes(`"${name}"`) ||
          (name === "order-and-inventory-sync" && tests.includes("exampleFlow()"));
        assert.ok(driven, `no test in test/e2e names "${name}"`);
      });

      it("explains itself on every tab", () => {
        assert.ok(tabs.length > 0, "has no tab of its own");
        for (const { id, label } of tabs)
          assert.ok(
            flow.some((node) => node.type === "comment" && node.z === id && String(node.name).length > 20),
            `tab ${label} has no comment`,
          );
      });

      it("is of this version, so that nothing about it changes when it is imported", () => {
        for (const node of flow.filter(({ type }) => nodeTypes.includes(type))) {
          assert.equal(node.configVersion, CONFIG_VERSION, node.id);
          const { settings } = migrate(node.type, { ...node, configVersion: CONFIG_VERSION - 1 });
          assert.deepEqual(settings, node, node.id);
        }
      });

      it("holds no secret, only the names of environment variables", () => {
        for (const node of flow) {
          const secrets = Object.entries((node.credentials ?? {}) as Record<string, string>);
          for (const [field, value] of [...secrets, ...suspicious(node)])
            assert.match(value, /^(\$\{[A-Z_]+\})?$/, `${node.id}: ${field}`);
        }
      });

      it("is whole: every wire and every config node leads to a node of it", () => {
        const ids = new Set(flow.map(({ id }) => id));
        assert.equal(ids.size, flow.length, "two nodes have one id");
        for (const node of flow) {
          const named = [node.z, node.store, node.server, node.broker].filter(
            (id) => typeof id === "string" && id !== "" && !id.startsWith("$") && node.type !== "mqtt-broker",
          );
          for (const id of [...named, ...((node.wires ?? []) as string[][]).flat()])
            assert.ok(ids.has(id as string), `${node.id} leads to ${id}, which is not there`);
        }
      });

      it("settles what it takes: a queue's deliveries, a Catch, a retry-backoff and a dead-letter on its tab", () => {
        for (const queue of flow.filter((node) => node.type === "durable-queue" && node.role !== "receive"))
          for (const type of ["catch", "retry-backoff", "dead-letter"])
            assert.ok(
              flow.some((node) => node.type === type && node.z === queue.z),
              `tab of ${queue.name} has no ${type}`,
            );
      });
    });

  it("have ids that no other has, so that several can be imported", () => {
    const ids = examples.flatMap((name) => exampleFlow(name).map(({ id }) => id));
    assert.deepEqual(
      ids.filter((id, at) => ids.indexOf(id) !== at),
      [],
    );
  });
});

/** Properties that are named like a secret. */
function suspicious(node: FlowNodeConfig): [string, string][] {
  return Object.entries(node).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === "string" && /secret|password|token|apikey/i.test(entry[0]),
  );
}
