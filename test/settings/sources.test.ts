import assert from "node:assert/strict";
import { fields, readAs, type Source, sourceProblems, sourcesOf } from "../../nodes/settings/index.ts";
import { definitionOf, editorFiles, nodeTypes } from "../support/editor-definition.ts";

/** Settings that only people read, that name another node, or that follow from another one. */
const fixed = ["name", "configVersion", "sources", "outputs", "recheck"];
/** Typed inputs of their own. */
const typed = ["key", "keyType", "dedupe", "dedupeType"];

describe("the settings that may come from elsewhere", () => {
  for (const type of nodeTypes) {
    const { defaults } = definitionOf(type);
    it(`are all of ${type} that a dialog can set`, () => {
      const settable = Object.entries(defaults)
        .filter(([name, { type: node }]) => !node && !fixed.includes(name) && !typed.includes(name))
        .map(([name]) => name);
      assert.deepEqual(Object.keys(fields[type]!).sort(), settable.sort());
    });

    it(`have the choices that ${type}'s dialog has`, () => {
      const { template } = editorFiles(type);
      for (const [name, { kind }] of Object.entries(fields[type]!)) {
        const select = new RegExp(`<select id="node-(?:config-)?input-${name}">([\\s\\S]*?)</select>`).exec(
          template,
        );
        const offered = [...(select?.[1] ?? "").matchAll(/<option value="([^"]*)"/g)].map(
          ([, value]) => value,
        );
        assert.deepEqual(typeof kind === "string" ? [] : kind, offered, name);
        assert.equal(kind === "flag", typeof defaults[name]!.value === "boolean", name);
        assert.equal(kind === "table", Array.isArray(defaults[name]!.value), name);
      }
    });
  }
});

describe("a list of sources", () => {
  const source = (field: string, type: Source["type"], value = "x"): Source => ({ field, type, value });

  it("is right where each setting stands once, with a source that it may have", () => {
    const list = [source("confirm", "msg"), source("taxes", "env"), source("tags", "jsonata")];
    assert.deepEqual(sourceProblems("shopify-to-odoo", list), []);
    assert.deepEqual(
      sourcesOf("shopify-to-odoo", list).map(({ field }) => field),
      ["confirm", "taxes", "tags"],
    );
  });

  it("says row by row what is wrong, and reads the rest", () => {
    const list = [
      source("model", "msg"),
      source("model", "env"),
      source("batchSize", "msg"),
      source("nonsense", "msg"),
      source("method", "msg", " "),
    ];
    assert.deepEqual(sourceProblems("odoo-write", list), [
      { index: 1, what: "repeated" },
      { index: 2, what: "type" },
      { index: 3, what: "field" },
      { index: 4, what: "value" },
    ]);
    assert.deepEqual(
      sourcesOf("odoo-write", list).map(({ field }) => field),
      ["model"],
    );
    assert.deepEqual(sourcesOf("odoo-write", undefined), []);
  });
});

describe("what a source says", () => {
  const read = (...[kind, given]: Parameters<typeof readAs>): unknown => {
    const reading = readAs(kind, given);
    return reading.is === "value" ? reading.value : reading.is;
  };

  it("is read as the setting's kind, from words, too", () => {
    assert.deepEqual([read("number", "2.5"), read("number", 7), read("number", "many")], [2.5, 7, "bad"]);
    assert.deepEqual(
      [read("flag", "yes"), read("flag", false), read("flag", "perhaps")],
      [true, false, "bad"],
    );
    assert.deepEqual([read("text", 5), read("text", ""), read("text", {})], ["5", "", "bad"]);
    assert.deepEqual([read(["a", "b"], "b"), read(["a", "b"], "c")], ["b", "bad"]);
  });

  it("is a table as rows or as JSON", () => {
    assert.deepEqual(read("table", '[{"country":"DE"}]'), [{ country: "DE" }]);
    assert.deepEqual(read("table", [{ country: "DE" }]), [{ country: "DE" }]);
    for (const bad of ["DE", '{"country":"DE"}', [1], 5]) assert.equal(read("table", bad), "bad");
  });

  it("is nothing where nothing is said", () => {
    for (const nothing of [undefined, null]) assert.equal(read("text", nothing), "absent");
    for (const kind of ["number", "flag", "table", ["a"]] as const) assert.equal(read(kind, ""), "absent");
  });
});
