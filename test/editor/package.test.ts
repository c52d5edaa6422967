import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { definitionOf, nodeTypes, root } from "../support/editor-definition.ts";

interface Package {
  name: string;
  license: string;
  keywords: string[];
  files: string[];
  types: string;
  repository?: { url: string };
  bugs?: { url: string };
  engines: { node: string };
  dependencies: Record<string, string>;
  "node-red": { version: string; nodes: Record<string, string> };
}

const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Package;

/** Rules of the flow library's scorecard that can be checked without it. */
describe("the package, as the flow library scores it", () => {
  it("P01: has a licence, and its text", () => {
    assert.equal(manifest.license, "Apache-2.0");
    assert.match(readFileSync(path.join(root, "LICENSE"), "utf8"), /Apache License/);
  });

  it("P03: says where its source is, and where to report a bug", () => {
    assert.ok(manifest.repository?.url);
    assert.ok(manifest.bugs?.url);
  });

  it("P04: has a scoped name", () => {
    assert.match(manifest.name, /^@[a-z0-9-]+\/[a-z0-9-]+$/);
  });

  it("P05: has the keyword that the library looks for", () => {
    assert.ok(manifest.keywords.includes("node-red"));
  });

  it("P06, P07: says which Node-RED and which Node.js it needs", () => {
    assert.equal(manifest["node-red"].version, ">=4.1.0");
    assert.equal(manifest.engines.node, ">=22.13");
  });

  it("N01: registers every node once, under its type's name", () => {
    const expected = Object.fromEntries(nodeTypes.map((type) => [type, `dist/${type}.js`]));
    assert.deepEqual(manifest["node-red"].nodes, expected);
  });

  it("N02: shows every node in an example", () => {
    const folder = path.join(root, "examples");
    const used = readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => JSON.parse(readFileSync(path.join(folder, name), "utf8")) as { type: string }[])
      .map(({ type }) => type);
    const unused = nodeTypes.filter((type) => !used.includes(type));
    assert.deepEqual(unused, []);
  });

  it("D01: has at most six dependencies", () => {
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
  });

  it("ships types for those who write their own nodes", () => {
    assert.ok(existsSync(path.join(root, manifest.types)), manifest.types);
  });

  it("ships what its dialogs load", () => {
    for (const folder of ["dist", "examples", "resources"])
      assert.ok(manifest.files.includes(folder), folder);
  });

  it("ships its texts in every language", () => {
    const texts = (folder: string): string[] =>
      existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
    const nodes = path.join(root, "nodes");
    const written = readdirSync(nodes).flatMap((name) => texts(path.join(nodes, name, "locales")));
    const shipped = texts(path.join(root, "dist", "locales"));
    assert.ok(written.includes(path.join("de", "durable-queue.html")));
    assert.deepEqual(
      written.filter((file) => !shipped.includes(file)),
      [],
    );
  });

  it("has no icon that no node shows", () => {
    const shown = nodeTypes.map((type) => definitionOf(type).icon);
    assert.deepEqual(
      readdirSync(path.join(root, "icons")).filter((icon) => !shown.includes(icon)),
      [],
    );
  });
});

/** The editor's variables are all that works in light and dark, on 4.1 and 5. */
describe("the dialogs' style", () => {
  const style = readFileSync(path.join(root, "resources", "editor.css"), "utf8");

  it("has no colour of its own", () => {
    assert.deepEqual(style.match(/#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/gi), null);
    for (const [, value] of style.matchAll(/^\s*(?:color|background(?:-color)?):\s*(.+);/gm))
      assert.match(value!, /^(var\(--red-ui-[\w-]+\)|none|inherit|transparent)$/);
  });

  for (const folder of ["@node-red", "node-red-4/node_modules/@node-red"])
    it(`uses variables that ${folder}'s editor has`, () => {
      const file = path.join(root, "node_modules", folder, "editor-client/public/red/style.min.css");
      assert.ok(existsSync(file), file);
      const theirs = readFileSync(file, "utf8");
      for (const [variable] of style.matchAll(/--red-ui-[\w-]+/g))
        assert.ok(theirs.includes(`${variable}:`), variable);
    });
});
