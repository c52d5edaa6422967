import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..", "..");
const pages = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/README.md"],
  ...readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join("docs", name)),
];

/** The names under which GitHub offers a page's headings. */
function anchors(markdown: string): string[] {
  return [...markdown.replace(/```[\s\S]*?```/g, "").matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

function links(markdown: string): string[] {
  const text = markdown.replace(/```[\s\S]*?```/g, "").replace(/`[^`\n]*`/g, "");
  return [
    ...[...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!),
    ...[...text.matchAll(/(?:src|srcset|href)="([^"]+)"/g)].map(([, link]) => link!),
  ];
}

describe("the documentation", () => {
  for (const page of pages) {
    const markdown = readFileSync(path.join(root, page), "utf8");

    it(`${page} links to what is there`, () => {
      for (const link of links(markdown)) {
        if (/^(https?|mailto):/.test(link)) continue;
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? path.join(root, page) : path.resolve(root, path.dirname(page), file);
        assert.ok(existsSync(target), `${link} leads nowhere`);
        if (anchor === undefined || !statSync(target).isFile()) continue;
        assert.ok(anchors(readFileSync(target, "utf8")).includes(anchor), `${link}: no such heading`);
      }
    });

    it(`${page} names files and scripts that are there`, () => {
      const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
        scripts: Record<string, string>;
      };
      for (const [, name] of markdown.matchAll(/`npm run ([\w:]+)/g))
        assert.ok(name! in manifest.scripts, `npm run ${name}`);
      for (const [, file] of markdown.matchAll(
        /`((?:test|src|nodes|examples|docs|bench|scripts)\/[\w./-]+\.\w+)`/g,
      ))
        assert.ok(existsSync(path.join(root, file!)), file);
    });
  }

  it("has every page in its index", () => {
    const index = readFileSync(path.join(root, "docs", "README.md"), "utf8");
    const listed = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page) && page !== "docs/README.md");
    for (const page of listed) assert.ok(index.includes(`(${path.basename(page)})`), page);
  });

  it("lists every example with the test that drives it", () => {
    const index = readFileSync(path.join(root, "docs", "README.md"), "utf8");
    for (const file of readdirSync(path.join(root, "examples"))) {
      const name = path.basename(file, ".json");
      const test = new RegExp(`\\| \`${name}\` \\|.*\`(test/[\\w./-]+)\``).exec(index)?.[1];
      assert.ok(test, `${name} is not in docs/README.md`);
      const driver = readFileSync(path.join(root, test), "utf8");
      assert.ok(
        driver.includes(`"${name}"`) || driver.includes("exampleFlow()"),
        `${test} does not drive ${name}`,
      );
    }
  });
});
