import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type ExampleStage, setStage } from "../support/example-stage.ts";
import { installPacked } from "../support/packed-package.ts";
import { smallOrder } from "../support/small-order.ts";
import { temporaryFolder } from "../support/temporary.ts";

const root = path.resolve(import.meta.dirname, "../..");
const page = readFileSync(path.join(root, "docs", "own-nodes.md"), "utf8");

/** The code that the page shows under a file's name. */
function shown(file: string): string {
  const code = new RegExp(`\`${file.replaceAll(".", "\\.")}\`:\n\n\`\`\`\\w+\n([\\s\\S]*?)\`\`\``).exec(
    page,
  )?.[1];
  assert.ok(code, `docs/own-nodes.md shows no ${file}`);
  return code;
}

describe("the own node of docs/own-nodes.md", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const home = path.join(folder.path, "node_modules", "node-red-gift-mapping");
  let stage: ExampleStage | undefined;
  afterEach(() => stage?.close());
  after(() => folder.remove());

  it("builds with the command that the page gives, against the types that are shipped", () => {
    installPacked(folder.path);
    symlinkSync(
      path.join(root, "node_modules/@types"),
      path.join(folder.path, "node_modules/@types"),
      "junction",
    );
    mkdirSync(home);
    for (const file of ["package.json", "gift-mapping.ts", "gift-mapping.html"])
      writeFileSync(path.join(home, file), shown(file));
    const command = /npx tsc (.*)/.exec(page)![1]!.split(" ");
    const tsc = path.join(root, "node_modules/typescript/bin/tsc");
    const run = spawnSync(process.execPath, [tsc, ...command], { cwd: home, encoding: "utf8" });
    assert.equal(run.stdout + run.stderr, "");
    assert.equal(run.status, 0);
  });

  for (const [at, version] of ([4, 5] as const).entries())
    it(`maps an order in a real Node-RED ${version === 4 ? "4.1" : "5"}, and refuses one in its own words`, async () => {
      stage = await setStage({ version, userDir: folder.path, packageRoot: null });
      await stage.deploy("orders-only", (flow) =>
        flow.map((node) =>
          node.id === "ho-map"
            ? { ...node, type: "gift-mapping", name: "", attribute: "Gift message" }
            : node,
        ),
      );
      const gift = (value: string) => ({ note_attributes: [{ name: "Gift message", value }] });
      const [good, bad] = [501 + at * 10, 502 + at * 10];
      for (const more of [
        { id: good, name: `#${good}`, ...gift("For Ben") },
        { id: bad, name: `#${bad}`, ...gift(" ") },
      ])
        assert.equal(await stage.send({ body: smallOrder(more) }), 200);
      // Both versions keep their queue in one user directory; each has an Odoo of its own.
      await stage.settled("orders", at + 1, at + 1);
      const [order] = await stage.read("sale.order", ["client_order_ref", "note", "state"]);
      assert.deepEqual([order!.client_order_ref, order!.state], [`#${good}`, "sale"]);
      assert.match(String(order!.note), /Gift card: For Ben/);
      const dead = (await stage.deadLetters("orders")).find(({ reference }) => reference === `#${bad}`);
      assert.equal(dead!.failure.code, "gift_without_message");
      assert.equal(dead!.failure.source, "gift-mapping");
    });
});

describe("what docs/own-nodes.md names", () => {
  it("is exported", async () => {
    const index = readFileSync(path.join(root, "src", "index.ts"), "utf8");
    const library = (await import("../../src/index.ts")) as Record<string, unknown>;
    const [types, functions] = [...page.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) =>
      table
        .split("\n")
        .slice(2)
        .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)/g)].map(([, name]) => name!)),
    );
    assert.ok(functions!.length > 8 && types!.length > 6);
    for (const name of functions!) assert.ok(name in library, name);
    const planTypes = readFileSync(path.join(root, "src", "import-plan.ts"), "utf8");
    for (const name of types!)
      assert.ok(
        new RegExp(`\\b${name}\\b`).test(index) ||
          planTypes.includes(`export interface ${name}`) ||
          planTypes.includes(`export type ${name}`),
        name,
      );
  });
});
