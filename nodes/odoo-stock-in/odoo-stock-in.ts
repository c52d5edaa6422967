import type { NodeDef } from "node-red";
import {
  checkTable,
  deliveryMessage,
  HoldfastError,
  readPush,
  type SkuField,
  type StockMeasure,
  type StockWatch,
  stockLocations,
  stockMessages,
  watchStock,
} from "../../src/index.ts";
import type { LocationMapperNode } from "../location-mapper/location-mapper.ts";
import type { OdooServerNode } from "../odoo-server/odoo-server.ts";
import {
  addRawRoute,
  answer,
  createNode,
  type FlowNode,
  flag,
  type Message,
  onClose,
  onInput,
  positive,
  type Runtime,
  setting,
} from "../runtime/index.ts";
import { pushPath, servePushSetup } from "./push-setup.ts";
import { compareWarning, stockStatus } from "./stock-status.ts";

interface Config extends NodeDef {
  server: string;
  mapper: string;
  measure: StockMeasure;
  skuField: SkuField;
  askSeconds: number | string;
  compareHours: number | string;
  deliveries: boolean;
  notifyCustomer: boolean;
  returned: "leave" | "cancel";
  buffers: { sku: string; units: number | string }[];
  externalIdPrefix: string;
}

export interface OdooStockInNode extends FlowNode {
  server: OdooServerNode | null;
  credentials: Record<string, unknown>;
}

const mostPushBytes = 64 * 1024;

/** Hears of stock changes and deliveries in Odoo, and tells the truth about them. */
export default function register(RED: Runtime): void {
  function OdooStockIn(this: OdooStockInNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    this.server = RED.nodes.getNode(config.server) as OdooServerNode | null;
    const refuse = (text: string): void => {
      this.error(text);
      this.status({ fill: "red", shape: "dot", text });
    };
    if (!this.server) return refuse(RED._("odoo-stock-in.error.no-server"));
    // Looked up each time: a deploy may have replaced it.
    const mapperNode = () => {
      const mapper = RED.nodes.getNode(config.mapper) as LocationMapperNode | null;
      return mapper?.type === "location-mapper" ? mapper : null;
    };
    const table = () => {
      const mapper = mapperNode();
      if (mapper && mapper.table.length > 0) {
        // A row that is not finished would read as no place, or as all of Odoo's.
        checkTable(mapper.table);
        return mapper.table;
      }
      throw new HoldfastError({
        class: "rejected",
        code: "no_locations",
        message: RED._(`odoo-stock-in.error.${mapper ? "empty-table" : "no-mapper"}`),
        source: "flow",
      });
    };
    const buffers = new Map(
      (config.buffers ?? []).map(({ sku, units }) => [setting(sku), Math.floor(positive(units, 0))]),
    );
    const options = {
      notifyCustomer: flag(config.notifyCustomer, false),
      returned: config.returned || "leave",
    } as const;
    const inMessage = (made: object): Message => ({ ...made, _msgid: RED.util.generateId() }) as Message;

    const watch: StockWatch = watchStock({
      client: this.server.client,
      measure: config.measure || "free",
      skuField: config.skuField || "default_code",
      prefix: setting(config.externalIdPrefix),
      locations: () => stockLocations(table()),
      askEveryMs: positive(config.askSeconds, 15) * 1000,
      compareEveryMs: positive(config.compareHours, 6) * 3_600_000,
      deliveries: flag(config.deliveries, true),
      onStock: (reading) => {
        for (const message of stockMessages(table(), reading, buffers)) this.send([inMessage(message), null]);
      },
      onDeliveries: (deliveries) => {
        for (const delivery of deliveries) {
          const message = deliveryMessage(mapperNode()?.table ?? [], delivery, options);
          if (message) this.send([null, inMessage(message)]);
        }
      },
      onCompared: (compared) => {
        const warning = compareWarning(RED, compared);
        if (warning) this.warn(warning);
        for (const { message, hint = "" } of compared.unusable)
          this.warn(RED._("odoo-stock-in.warning.unusable", { message, hint }));
      },
      onState: (state) => this.status(stockStatus(RED, state)),
    });

    /** Where Odoo's automation rules send to, once they are set up. */
    const listen = (): ((removed: boolean) => void) => {
      const token = setting(this.credentials?.pushToken);
      if (token === "" || RED.settings.httpNodeRoot === false) return () => {};
      return addRawRoute(RED, pushPath(token), {
        limit: mostPushBytes,
        mayBeSigned: () => true,
        consumed: () => {},
        handle: (_request, body, response) => {
          const hint = readPush(body.toString());
          answer(response, hint ? 200 : 400, hint ? "Heard." : "Not a rule of this node.");
          if (hint) watch.pushed(hint);
        },
      });
    };
    let unlisten: (removed: boolean) => void = () => {};
    try {
      unlisten = listen();
    } catch (thrown) {
      refuse((thrown as Error).message);
    }

    onInput(this, "odoo", (message) => {
      if (message.topic === "compare") return watch.compare();
      const asked = (message.delivery ?? message.payload) as { productIds?: unknown; skus?: unknown } | null;
      const products = listOf(asked?.productIds, Number.isSafeInteger) as number[];
      const skus = listOf(asked?.skus, (sku) => typeof sku === "string") as string[];
      if (products.length === 0 && skus.length === 0)
        throw new HoldfastError({
          class: "rejected",
          code: "no_products",
          message: RED._("odoo-stock-in.error.no-products"),
          source: "flow",
        });
      watch.tell({ products, skus });
    });
    onClose(this, async (removed) => {
      unlisten(removed);
      await watch.stop();
    });
  }
  RED.nodes.registerType<OdooStockInNode, Config, unknown, Record<string, unknown>>(
    "odoo-stock-in",
    OdooStockIn,
    {
      credentials: { pushToken: { type: "password" } },
      // The editor itself can't see that HTTP nodes are switched off.
      settings: { odooStockInServed: { value: RED.settings.httpNodeRoot !== false, exportable: true } },
    },
  );
  servePushSetup(RED);
}

function listOf(value: unknown, right: (one: unknown) => boolean): unknown[] {
  return Array.isArray(value) ? value.filter(right) : [];
}
