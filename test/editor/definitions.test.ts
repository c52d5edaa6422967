import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { CONFIG_VERSION } from "../../nodes/settings/versions.ts";
import { definitionOf, editorFiles, nodeTypes, root } from "../support/editor-definition.ts";

/** What a saved flow holds: changing a name or a default here breaks flows of users. */
const defaults: Record<string, Record<string, unknown>> = {
  "shopify-store": { name: "", shop: "", publicUrl: "", adminUrl: "", clientId: "", apiVersion: "2026-10" },
  "odoo-server": {
    name: "",
    url: "",
    db: "",
    login: "",
    transport: "auto",
    timeoutSeconds: 60,
    maxParallel: 4,
    minIntervalMs: 0,
  },
  "queue-store": {
    name: "",
    engine: "embedded",
    file: "holdfast/queue.db",
    mode: "single",
    url: "redis://127.0.0.1:6379",
    servers: "",
    masterName: "mymaster",
    username: "",
    prefix: "holdfast",
  },
  "shopify-webhook-in": {
    name: "",
    store: "",
    path: "/shopify/webhooks",
    topics: "orders/create",
    publicUrl: "",
    registration: "check",
    checkMinutes: 60,
    limitMb: 5,
  },
  "durable-queue": {
    name: "",
    store: "",
    queue: "orders",
    concurrency: 100,
    keyType: "auto",
    key: "",
    dedupeType: "auto",
    dedupe: "",
    processingMinutes: 5,
    maxStalls: 5,
    deadHoldsKey: true,
    role: "both",
    leaseSeconds: 30,
    coalesce: false,
    dedupeHours: 72,
    keepDoneDays: 14,
    keepDoneCount: 100_000,
  },
  "location-mapper": {
    name: "",
    direction: "toOdoo",
    unmapped: "reject",
    rows: [],
    outputs: 1,
    store: "",
    server: "",
  },
  "shopify-to-odoo": {
    name: "",
    money: "shop",
    productBy: "default_code",
    missingProduct: "reject",
    products: "ignore",
    store: "",
    recheck: false,
    outputs: 1,
    confirm: "paid",
    holdTags: "",
    testOrders: "import",
    invoice: "none",
    journals: [],
    odooTaxes: "as_shopify",
    missingTax: "reject",
    roundingAllowance: "0.05",
    taxes: [],
    salesperson: "",
    team: "",
    pricelist: "",
    vatAttribute: "",
    tags: false,
    utm: false,
    externalIdPrefix: "",
    shippingSku: "SHIPPING",
    discountSku: "DISCOUNT",
    tipSku: "TIP",
    dutiesSku: "DUTIES",
    feeSku: "FEE",
    customSku: "CUSTOM",
    giftCardSku: "GIFT-CARD",
    roundingSku: "ROUNDING",
  },
  "odoo-write": {
    name: "",
    server: "",
    operation: "plan",
    model: "",
    method: "",
    batchSize: 100,
    settles: true,
  },
  "odoo-stock-in": {
    name: "",
    server: "",
    mapper: "",
    measure: "free",
    skuField: "default_code",
    askSeconds: 15,
    compareHours: 6,
    deliveries: true,
    notifyCustomer: false,
    returned: "leave",
    buffers: [],
    externalIdPrefix: "",
  },
  "shopify-write": {
    name: "",
    store: "",
    operation: "stock",
    unstocked: "activate",
    batchSize: 100,
    settles: true,
  },
  "shopify-backfill": {
    name: "",
    store: "",
    topics:
      "orders/create, orders/updated, orders/cancelled, refunds/create, fulfillments/create, fulfillments/update",
    queue: "",
    lookBackHours: 72,
    overlapMinutes: 60,
    settleMinutes: 5,
  },
  "retry-backoff": { name: "", maxAttempts: 8, baseSeconds: 2, capSeconds: 600 },
  "dead-letter": { name: "", digestMinutes: 0, reason: "" },
  "queue-ack": { name: "", outcome: "done", waitSeconds: 60, reason: "" },
};

const credentials: Record<string, string[]> = {
  "shopify-store": ["webhookSecret", "previousWebhookSecret", "adminToken", "clientSecret"],
  "odoo-server": ["apiKey"],
  "odoo-stock-in": ["pushToken"],
  "queue-store": ["password"],
};

const ports: Record<string, [inputs: number, outputs: number]> = {
  "shopify-webhook-in": [0, 1],
  "durable-queue": [1, 2],
  "location-mapper": [1, 1],
  "shopify-to-odoo": [1, 1],
  "odoo-write": [1, 1],
  "odoo-stock-in": [1, 2],
  "shopify-write": [1, 1],
  "shopify-backfill": [1, 2],
  "retry-backoff": [1, 2],
  "dead-letter": [1, 1],
  "queue-ack": [1, 1],
};

describe("editor definitions", () => {
  it("are there for every node, and for no other", () => {
    assert.deepEqual([...nodeTypes].sort(), Object.keys(defaults).sort());
  });

  for (const type of nodeTypes)
    describe(type, () => {
      const definition = definitionOf(type);
      const { html, script, template } = editorFiles(type);

      it("has the properties and defaults that saved flows know", () => {
        const own = Object.entries(definition.defaults).map(([name, { value }]) => [name, value]);
        // Through JSON: the definition's arrays come from another realm.
        assert.deepEqual(JSON.parse(JSON.stringify(Object.fromEntries(own))), {
          ...defaults[type],
          configVersion: CONFIG_VERSION,
          sources: [],
        });
        assert.deepEqual(Object.keys(definition.credentials ?? {}), credentials[type] ?? []);
        for (const { type: kind } of Object.values(definition.credentials ?? {}))
          assert.equal(kind, "password");
      });

      it("keeps secrets as the runtime does", () => {
        const shell = readFileSync(path.join(root, "nodes", type, `${type}.ts`), "utf8");
        const kept = [...shell.matchAll(/(\w+): \{ type: "password" \}/g)].map(([, name]) => name);
        assert.deepEqual(kept, credentials[type] ?? []);
      });

      it("has the ports and the category it should", () => {
        const expected = ports[type];
        assert.equal(definition.category, expected ? "Holdfast" : "config");
        if (!expected) return;
        assert.deepEqual([definition.inputs, definition.outputs], expected);
        assert.ok(definition.paletteLabel);
        if (expected[0] > 0) assert.equal(typeof definition.inputLabels, "function");
        assert.equal(typeof definition.outputLabels, "function");
      });

      it("has an icon of the size that Node-RED draws", () => {
        const file = path.join(root, "icons", definition.icon);
        assert.ok(existsSync(file), definition.icon);
        assert.match(readFileSync(file, "utf8"), /viewBox="0 0 40 60"/);
      });

      it("has a colour that its label can be read on", () => {
        assert.ok(contrast(definition.color, "#333333") >= 4.5, definition.color);
      });

      it("is literal where the flow library reads it", () => {
        assert.match(script, new RegExp(`^\\s*RED\\.nodes\\.registerType\\("${type}", \\{`));
        assert.match(script, /\n {4}category: "\w+",\n {4}color: "#[0-9A-F]{6}",\n {4}icon: "[\w-]+\.svg",/);
        const scripts = [
          ...html.matchAll(/^<script src="resources\/@holdfast\/node-red-shopify-odoo\/(.+?)"/gm),
        ];
        assert.deepEqual(
          scripts.map(([, file]) => file),
          ["editor.js", "settings.js"],
        );
      });

      it("has an input for every property, and none that is not kept", () => {
        const prefix = definition.category === "config" ? "node-config-input" : "node-input";
        const ids = [...template.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
        const kept = [...Object.keys(definition.defaults), ...Object.keys(definition.credentials ?? {})];
        // Lists of rows have no single input, the version of the settings none at all; where they come from, every dialog asks.
        const lists = ["rows", "journals", "taxes", "buffers", "configVersion", "sources"];
        for (const name of kept.filter((each) => !lists.includes(each)))
          assert.ok(ids.includes(`${prefix}-${name}`), `${name} has no input`);
        const inputs = [...template.matchAll(/<(?:input|select|textarea)[^>]* id="([^"]+)"/g)];
        for (const [, id] of inputs)
          assert.ok(kept.includes(id!.slice(prefix.length + 1)), `${id} is not kept`);
      });

      it("checks with two parameters, so that a reason can be given", () => {
        for (const [name, { validate }] of Object.entries(definition.defaults))
          if (validate) assert.equal(validate.length, 2, name);
      });
    });
});

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
