import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { mappedTopics } from "../../src/sync/event-to-plan.ts";
import { editorFiles, localeText, nodeTypes, root } from "../support/editor-definition.ts";

/** Keys that end in a name from elsewhere in the program, and what that may be. */
const chosen: Record<string, string[]> = {
  "location-mapper.named.": ["toOdoo", "toShopify"],
  "location-mapper.column.": [
    ...["shopifyId", "shopifyName", "warehouseId", "locationId", "code", "isDefault"],
    ...["stockDirection", "stockLocationIds", "buffer"],
  ],
  "odoo-server.test.": ["ahead", "behind"],
  "odoo-server.test.transport.": ["json2", "xmlrpc"],
  "odoo-server.test.purpose.": ["orders", "deliveries", "counts", "invoices", "products"],
  "odoo-server.test.group.": ["orders", "deliveries", "counts", "invoices", "products"],
  "location-mapper.stockDirection.": ["odoo", "shopify"],
  "location-mapper.stock.": ["stockLocationIds", "buffer"],
  "location-mapper.note.": [
    ...[
      "added",
      "matched",
      "renamed",
      "shopifyInactive",
      "shopifyGone",
      "warehouseInactive",
      "warehouseGone",
    ],
    ...["locationInactive", "locationGone", "locationElsewhere"],
  ],
  "location-mapper.fetch.running.": ["shopify", "odoo"],
  "location-mapper.fetch.done.": ["shopify", "odoo"],
  "location-mapper.fetch.choose.": ["shopify", "odoo"],
  "location-mapper.tip.": ["toOdoo", "toShopify"],
  "location-mapper.invalid.": [
    ...["shopifyId", "repeated", "warehouseId", "locationId", "shared"],
    ...["stockLocationIds", "buffer", "bothWays", "bothLead"],
  ],
  "shopify-to-odoo.column.": ["gateway", "journal", "country", "title", "rate", "tax"],
  "retry-backoff.status.": ["given-up", "held", "retry", "defer"],
  "queue-ack.status.": ["done", "retry", "dead", "lost", "none"],
  "queue-ack.reason.": ["retry", "dead"],
  "durable-queue.status.": ["opening", "paused", "held", "not-durable", "counts"],
  "odoo-stock-in.column.": ["sku", "units"],
  "odoo-stock-in.status.": ["push", "cursor"],
  "odoo-write.payload.": ["plan", "create", "write", "upsert", "unlink", "search_read", "call"],
  "shopify-write.named.": ["stock", "fulfillment", "graphql"],
  "shopify-write.input.": ["stock", "fulfillment", "graphql"],
  "shopify-write.payload.": ["stock", "fulfillment", "graphql"],
  "shopify-backfill.status.": [
    ...["running", "looking", "counting", "waiting"],
    ...["complete", "brought", "found", "failed", "counted"],
  ],
  "shopify-backfill.output.": ["event", "report"],
  "shopify-webhook-in.state.": [
    "registered",
    "changed",
    "version",
    "missing",
    "elsewhere",
    "scope",
    "app",
    "star",
    "refused",
  ],
  "shopify-webhook-in.status.": ["registered", "absent", "made", "listening"],
  "shopify-webhook-in.address.": ["register", "outside", "off"],
};

describe("editor texts", () => {
  for (const type of nodeTypes)
    describe(type, () => {
      const { html, help, locale } = editorFiles(type);
      const folder = path.join(root, "nodes", type);
      const programs = readdirSync(folder)
        .filter((name) => name.endsWith(".ts"))
        .map((name) => readFileSync(path.join(folder, name), "utf8"));
      const used = usedKeys(type, html, programs);

      it("has a text for every key that is used", () => {
        const missing = used.filter((key) => !localeText(locale, key));
        assert.deepEqual(missing, []);
      });

      it("has no text that nobody uses", () => {
        const idle = textKeys(locale).filter((key) => !used.includes(key));
        assert.deepEqual(idle, []);
      });

      it("fills the places in its texts", () => {
        const sources = [html, ...programs].join("\n");
        for (const key of textKeys(locale))
          for (const [, place] of (localeText(locale, key) ?? "").matchAll(/__(\w+?)__/g))
            assert.match(sources, new RegExp(`\\b${place}\\b`), `${key}: nobody gives ${place}`);
      });

      it("is helped in Node-RED's own form", () => {
        assert.match(help, new RegExp(`^<script type="text/html" data-help-name="${type}">`));
        const headings = [...help.matchAll(/<h3>(.+?)<\/h3>/g)].map(([, heading]) => heading);
        const isConfig = html.includes('category: "config"');
        const hasInput = !/\n {4}inputs: 0,/.test(html);
        const expected = isConfig ? ["Details"] : [...(hasInput ? ["Inputs"] : []), "Outputs", "Details"];
        assert.deepEqual(
          headings.filter((heading) => heading !== "References"),
          expected,
        );
        if (!isConfig) assert.match(help, /<dl class="message-properties">/);
        assert.match(help, /^<script[^>]*>\s*<p>/, "starts with a sentence, which the palette shows");
      });

      it("has help whose tags all close", () => {
        assert.deepEqual(unclosed(help), []);
        assert.deepEqual(
          unclosed(html.replace(/<script type="text\/javascript">[\s\S]*?<\/script>/, "")),
          [],
        );
      });
    });
});

describe("the topics that shopify-webhook-in recommends", () => {
  it("all have a mapping", () => {
    const tip = localeText(editorFiles("shopify-webhook-in").locale, "shopify-webhook-in.tip.topics") ?? "";
    const named = [...tip.matchAll(/\b[a-z_]+\/[a-z_]+\b/g)].map(([topic]) => topic);
    assert.ok(named.length > 15);
    assert.deepEqual(
      named.filter((topic) => !mappedTopics.includes(topic)),
      [],
    );
  });
});

/** All keys of a node's own texts that its dialog or its program names. */
function usedKeys(type: string, html: string, programs: string[]): string[] {
  const inAttributes = [...html.matchAll(/data-i18n="([^"]+)"/g)]
    .flatMap(([, value]) => value!.split(";"))
    .map((value) => value.replace(/^\[[^\]]+\]/, ""))
    .filter((key) => !key.includes(":"));
  const sources = [html, ...programs].join("\n");
  const literal = [...sources.matchAll(new RegExp(`"(${type}\\.[\\w.-]+)"`, "g"))].map(([, key]) => key!);
  const labels = [...html.matchAll(/holdfast\.label\("([\w-]+)", "(\w+)"\)/g)].map(
    ([, owner, field]) => `${owner}.label.${field}`,
  );
  const named = [
    ...sources.matchAll(new RegExp(`\`(${type}\\.[\\w.-]+\\.)\\$\\{([^\`]*)\\}\``, "g")),
  ].flatMap(([, prefix, expression]) => {
    const written = [...expression!.matchAll(/"([\w-]+)"/g)].map(([, name]) => name!);
    const names = written.length > 0 ? written : chosen[prefix!];
    assert.ok(names, `${prefix}: say in this test what it may be`);
    return names.map((name) => prefix + name);
  });
  const keys = [...inAttributes, ...literal, ...labels, ...named].filter(
    (key) => !/\.(svg|ts|js)$/.test(key),
  );
  return [...new Set(keys)];
}

function textKeys(locale: unknown, prefix = ""): string[] {
  if (typeof locale === "string") return [prefix.slice(0, -1)];
  return Object.entries(locale as object).flatMap(([key, value]) => textKeys(value, `${prefix}${key}.`));
}

/** Tags that are opened and not closed, or closed out of order. */
function unclosed(html: string): string[] {
  const open: string[] = [];
  for (const [, slash, name] of html.matchAll(/<(\/?)([a-z]\w*)[^>]*>/g)) {
    if (/^(input|br|img|hr|link)$/.test(name!)) continue;
    if (!slash) open.push(name!);
    else if (open.pop() !== name) return [...open, `</${name}>`];
  }
  return open;
}
