/**
 * The settings that may come from elsewhere than the dialog, by node: the one list that the dialogs, the runtime and
 * the node reference read. What is missing here names another node, or only people read it.
 */

/** What a setting may hold; a list: one of these. */
export type Kind = "text" | "number" | "flag" | "table" | readonly string[];

/** Whether each message may say it, or it is read once, when the node starts. */
export type When = "message" | "start";

export interface Field {
  kind: Kind;
  when: When;
}

export const fields: Record<string, Record<string, Field>> = {
  "shopify-store": atStart({
    shop: "text",
    publicUrl: "text",
    adminUrl: "text",
    clientId: "text",
    apiVersion: "text",
  }),
  "odoo-server": atStart({
    url: "text",
    db: "text",
    login: "text",
    transport: ["auto", "json2", "xmlrpc"],
    timeoutSeconds: "number",
    maxParallel: "number",
    minIntervalMs: "number",
  }),
  "queue-store": atStart({
    engine: ["embedded", "redis"],
    file: "text",
    mode: ["single", "sentinel", "cluster"],
    url: "text",
    servers: "text",
    masterName: "text",
    username: "text",
    prefix: "text",
  }),
  "shopify-webhook-in": atStart({
    path: "text",
    topics: "text",
    publicUrl: "text",
    registration: ["button", "check", "repair"],
    checkMinutes: "number",
    limitMb: "number",
  }),
  // Its key and dedupe id have typed inputs of their own.
  "durable-queue": atStart({
    queue: "text",
    concurrency: "number",
    processingMinutes: "number",
    maxStalls: "number",
    deadHoldsKey: "flag",
    role: ["both", "receive", "work"],
    leaseSeconds: "number",
    coalesce: "flag",
    dedupeHours: "number",
    keepDoneDays: "number",
    keepDoneCount: "number",
  }),
  "location-mapper": byMessage({
    direction: ["toOdoo", "toShopify"],
    unmapped: ["reject", "default", "output"],
    rows: "table",
  }),
  "shopify-to-odoo": byMessage({
    confirm: ["never", "paid", "authorized", "always"],
    holdTags: "text",
    testOrders: ["import", "quotation", "skip"],
    money: ["shop", "presentment"],
    productBy: ["default_code", "barcode", "external_id"],
    missingProduct: ["reject", "create", "stand_in"],
    products: ["ignore", "write"],
    invoice: ["none", "invoice", "invoice_and_payment"],
    journals: "table",
    odooTaxes: ["as_shopify", "included", "excluded"],
    missingTax: ["reject", "create"],
    roundingAllowance: "number",
    taxes: "table",
    salesperson: "text",
    team: "text",
    pricelist: "text",
    vatAttribute: "text",
    tags: "flag",
    utm: "flag",
    externalIdPrefix: "text",
    shippingSku: "text",
    discountSku: "text",
    tipSku: "text",
    dutiesSku: "text",
    feeSku: "text",
    customSku: "text",
    giftCardSku: "text",
    roundingSku: "text",
  }),
  "odoo-write": {
    ...byMessage({
      operation: ["plan", "create", "write", "upsert", "unlink", "search_read", "call"],
      model: "text",
      method: "text",
      settles: "flag",
    }),
    ...atStart({ batchSize: "number" }),
  },
  "odoo-stock-in": atStart({
    measure: ["free", "onHand", "forecast"],
    skuField: ["default_code", "barcode"],
    askSeconds: "number",
    compareHours: "number",
    deliveries: "flag",
    notifyCustomer: "flag",
    returned: ["leave", "cancel"],
    buffers: "table",
    externalIdPrefix: "text",
  }),
  "shopify-write": {
    ...byMessage({
      operation: ["stock", "fulfillment", "graphql"],
      unstocked: ["activate", "reject"],
      settles: "flag",
    }),
    ...atStart({ batchSize: "number" }),
  },
  "shopify-backfill": {
    ...byMessage({
      topics: "text",
      lookBackHours: "number",
      overlapMinutes: "number",
      settleMinutes: "number",
    }),
    ...atStart({ queue: "text" }),
  },
  "retry-backoff": byMessage({ maxAttempts: "number", baseSeconds: "number", capSeconds: "number" }),
  "dead-letter": { ...byMessage({ reason: "text" }), ...atStart({ digestMinutes: "number" }) },
  "queue-ack": byMessage({ outcome: ["done", "retry", "dead"], waitSeconds: "number", reason: "text" }),
};

function byMessage(kinds: Record<string, Kind>): Record<string, Field> {
  return all(kinds, "message");
}

function atStart(kinds: Record<string, Kind>): Record<string, Field> {
  return all(kinds, "start");
}

function all(kinds: Record<string, Kind>, when: When): Record<string, Field> {
  return Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, { kind, when }]));
}
