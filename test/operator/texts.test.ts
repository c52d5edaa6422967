import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const folder = path.resolve(import.meta.dirname, "..", "..", "nodes", "operator");
const texts = JSON.parse(
  readFileSync(path.join(folder, "locales", "en-US", "operator.json"), "utf8"),
) as object;

/** Keys that end in a name from elsewhere in the program, and what that may be. */
const chosen: Record<string, string[]> = {
  "operator.state.": [
    "running",
    "held",
    "paused",
    "troubled",
    "closed",
    "attention",
    "dead",
    "waiting",
    "delayed",
    "in-flight",
    "applied",
    "discarded",
    "all",
  ],
  "operator.class.": ["unavailable", "throttled", "conflict", "dependency", "rejected", "unknown"],
  "operator.advice.": ["unavailable", "throttled", "conflict", "dependency", "rejected", "unknown"],
  "operator.history.": ["retry", "defer", "dead", "stalled", "redriven", "discarded", "replaced", "edited"],
  "operator.acts.": ["paused", "resumed", "probed", "redriven", "retrying", "retried", "discarded", "edited"],
  "operator.flow.": ["unsettled", "uncaught", "noDeadLetter", "sameName", "notStored"],
  "operator.settings.table.": ["rows", "journals", "taxes"],
  "operator.settings.wrong.": ["field", "repeated", "type", "value"],
  "operator.settings.kind.": ["text", "number", "flag", "table"],
  "operator.health.": ["ready", "degraded", "failing"],
};

function keysOf(text: unknown, prefix = ""): string[] {
  if (typeof text === "string") return [prefix.slice(0, -1).replace(/_(one|other)$/, "")];
  return Object.entries(text as object).flatMap(([key, value]) => keysOf(value, `${prefix}${key}.`));
}

describe("the operator page's texts", () => {
  // The dialogs of all nodes, and what the runtime says of any node, have their texts here, too.
  const program = ["page", ".", "../settings/editor", "../runtime"]
    .flatMap((part) => readdirSync(path.join(folder, part)).map((name) => path.join(folder, part, name)))
    .filter((file) => /\.(ts|html)$/.test(file))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const literal = [...program.matchAll(/["`](operator\.[\w.-]+)["`]/g)]
    .map(([, key]) => key!)
    .filter((key) => !/\.(page|js|css|json)\b/.test(key));
  const inPlugin = [...program.matchAll(/text\("(\w+)"\)/g)].map(([, key]) => `operator.${key}`);
  const composed = [...program.matchAll(/`(operator\.[\w.-]+\.)\$\{/g)].flatMap(([, prefix]) => {
    assert.ok(chosen[prefix!], `${prefix}: say in this test what it may be`);
    return chosen[prefix!]!.map((name) => prefix + name);
  });
  const used = new Set([...literal, ...inPlugin, ...composed]);
  const have = new Set(keysOf(texts));

  it("are there for every key that is used", () => {
    assert.deepEqual(
      [...used].filter((key) => !have.has(key)),
      [],
    );
  });

  it("are all used", () => {
    assert.deepEqual(
      [...have].filter((key) => !used.has(key)),
      [],
    );
  });
});

describe("the operator page's style", () => {
  const style = readFileSync(path.join(folder, "page", "operator.css"), "utf8");
  const [everywhere, ofThePage] = style.split(".hf-page {") as [string, string];

  it("has no colour of its own in the editor", () => {
    assert.deepEqual(everywhere.match(/#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/gi), null);
  });

  it("defines for the page every variable that it uses", () => {
    const used = new Set(everywhere.match(/--red-ui-[\w-]+/g));
    assert.deepEqual(
      [...used].filter((name) => !ofThePage.includes(`${name}:`)),
      [],
    );
  });

  for (const editor of ["@node-red", "node-red-4/node_modules/@node-red"])
    it(`uses variables that ${editor}'s editor has`, () => {
      const file = path.resolve(
        folder,
        "../../node_modules",
        editor,
        "editor-client/public/red/style.min.css",
      );
      const theirs = readFileSync(file, "utf8");
      for (const name of new Set(everywhere.match(/--red-ui-[\w-]+/g)))
        assert.ok(theirs.includes(`${name}:`), name);
    });
});

describe("the Grafana dashboard", () => {
  it("asks only for metrics that there are", () => {
    const dashboard = readFileSync(path.resolve(folder, "../../docs/grafana-dashboard.json"), "utf8");
    const metrics = readFileSync(path.join(folder, "metrics.ts"), "utf8");
    for (const name of new Set(dashboard.match(/\bholdfast_\w+/g)))
      assert.ok(metrics.includes(`"${name.replace(/_bucket$/, "")}"`), name);
  });
});
