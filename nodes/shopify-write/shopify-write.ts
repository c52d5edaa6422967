import type { NodeDef } from "node-red";
import {
  type AdminClient,
  type CommandResult,
  createGatherer,
  type Drift,
  doFulfillment,
  failureAmong,
  HoldfastError,
  type NamedStockRow,
  readStockRows,
  runGraphql,
  type StockRow,
  setStockOfAll,
} from "../../src/index.ts";
import {
  createNode,
  type FlowNode,
  flag,
  onInput,
  type Runtime,
  settingsReader,
  settleDone,
  whole,
} from "../runtime/index.ts";
import type { ShopifyStoreNode } from "../shopify-store/shopify-store.ts";

interface Config extends NodeDef {
  store: string;
  operation: "stock" | "fulfillment" | "graphql";
  unstocked: "activate" | "reject";
  batchSize: number | string;
  settles?: boolean;
}

/** Differences that one warning names. */
const mostNamed = 10;

/** Writes to Shopify within its cost budget, and settles the event done once Shopify has it. */
export default function register(RED: Runtime): void {
  function ShopifyWrite(this: FlowNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    const store = RED.nodes.getNode(config.store) as ShopifyStoreNode | null;
    let written = 0;
    let underWay = 0;
    const onDrift = (drift: Drift[]): void => {
      const list = drift
        .slice(0, mostNamed)
        .map(({ name, locationId, has, shall }) =>
          RED._("shopify-write.drift.one", { name, locationId, has, shall }),
        );
      const more = drift.length - list.length;
      if (more > 0) list.push(RED._("shopify-write.drift.more", { more }));
      this.warn(RED._("shopify-write.drift.all", { count: drift.length, list: list.join("; ") }));
    };
    /** What is written together is written alike. */
    const gather = (unstocked: Config["unstocked"]) =>
      createGatherer<(StockRow | NamedStockRow)[], CommandResult[]>({
        max: whole(config.batchSize, 100),
        run: (messages) => setStockOfAll(store!.client, messages, { unstocked, onDrift }),
      });
    const writeStock = { activate: gather("activate"), reject: gather("reject") };
    const read = settingsReader(RED, this, config);

    const write = async (client: AdminClient, payload: unknown, settings: Config): Promise<unknown> => {
      if (settings.operation === "graphql") return runGraphql(client, payload);
      if (settings.operation === "fulfillment") return doFulfillment(client, payload);
      const results = await writeStock[settings.unstocked || "activate"](readStockRows(payload));
      const failure = failureAmong(results);
      if (failure) throw new HoldfastError(failure);
      return { results };
    };

    onInput(this, "shopify", async (message, send) => {
      if (!store)
        throw new HoldfastError({
          class: "unavailable",
          code: "not_configured",
          message: RED._("shopify-write.error.no-store"),
          source: "shopify",
        });
      const settings = await read(message);
      underWay++;
      this.status({
        fill: "blue",
        shape: "dot",
        text: RED._("shopify-write.status.writing", { count: underWay }),
      });
      try {
        message.payload = await write(store.client, message.payload, settings);
      } finally {
        underWay--;
      }
      if (flag(settings.settles, true) && (await settleDone(message)) === "lost")
        this.warn(RED._("shopify-write.warn.lost"));
      const warnings = (message.payload as { warnings?: string[] } | null)?.warnings ?? [];
      for (const warning of warnings) this.warn(warning);
      written++;
      this.status({
        fill: warnings.length > 0 ? "yellow" : "green",
        shape: "dot",
        text: RED._("shopify-write.status.written", { count: written }),
      });
      send(message);
    });
  }
  RED.nodes.registerType("shopify-write", ShopifyWrite);
}
