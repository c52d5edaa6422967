import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { htmlToMarkdown } from "../../scripts/docs/html-to-markdown.ts";
import { generatedDocs } from "../../scripts/docs.ts";

const root = path.resolve(import.meta.dirname, "..", "..");

describe("what is made from the sources in docs/", () => {
  for (const [file, text] of generatedDocs())
    it(`${file} is as the sources say`, () => {
      const there = path.join(root, "docs", file);
      assert.ok(existsSync(there), "run npm run docs");
      assert.ok(readFileSync(there, "utf8") === text, `docs/${file} is stale: run npm run docs`);
    });

  it("holds no page of a node that is gone", () => {
    const made = [...generatedDocs().keys()];
    for (const file of readdirSync(path.join(root, "docs", "nodes")))
      assert.ok(made.includes(`nodes/${file}`), file);
  });

  it("explains every code that a failure of src has", () => {
    const page = generatedDocs().get("troubleshooting.md")!;
    const sources = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(path.join(root, "src", name), "utf8"));
    const codes = sources.flatMap((text) =>
      [...text.matchAll(/\bcode: "([a-z]\w*)"/g)].map(([, code]) => code!),
    );
    assert.ok(codes.length > 80);
    assert.deepEqual(
      [...new Set(codes)].filter((code) => !page.includes(`| \`${code}\` |`)),
      [],
    );
  });
});

describe("help as Markdown", () => {
  it("keeps lists in lists, types and code", () => {
    const html = `<p>Says <b>it</b> in
      <code>msg.x_y</code>.</p><dl><dt class="optional">a_b <span class="property-type">string</span></dt>
      <dd>what: <ul><li><i>one</i>;</li><li>two</li></ul></dd></dl>`;
    assert.equal(
      htmlToMarkdown(html),
      "Says **it** in `msg.x_y`.\n\n- **a\\_b** (string, optional): what:\n  - *one*;\n  - two",
    );
  });

  it("refuses a tag that it would lose", () => {
    assert.throws(() => htmlToMarkdown("<p><blink>x</blink></p>"), /<blink>/);
  });
});
