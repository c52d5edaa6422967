import type { NodeDef } from "node-red";
import {
  type CountedLevel,
  createGatherer,
  eventToPlan,
  isStockTopic,
  type JournalRow,
  type MappedLocation,
  type OrderMappingSettings,
  readCountedLevels,
  recheckOf,
  stockPlaceOf,
  type TaxRow,
} from "../../src/index.ts";
import {
  createNode,
  type FlowNode,
  flag,
  type Message,
  onInput,
  type Runtime,
  setting,
  settingsReader,
} from "../runtime/index.ts";
import type { ShopifyStoreNode } from "../shopify-store/shopify-store.ts";

/** A flow that was saved before a setting existed has none of it: each falls back to what the node did then. */
interface Config extends NodeDef {
  money: OrderMappingSettings["money"];
  productBy: OrderMappingSettings["productsBy"];
  missingProduct: OrderMappingSettings["missingProduct"];
  products: OrderMappingSettings["products"];
  confirm: OrderMappingSettings["confirm"];
  holdTags: string;
  testOrders: OrderMappingSettings["testOrders"];
  invoice: OrderMappingSettings["invoice"];
  journals: JournalRow[];
  odooTaxes: OrderMappingSettings["odooTaxes"];
  missingTax: OrderMappingSettings["missingTax"];
  roundingAllowance: string | number;
  taxes: TaxRow[];
  salesperson: string;
  team: string;
  pricelist: string;
  vatAttribute: string;
  tags: boolean;
  utm: boolean;
  externalIdPrefix: string;
  shippingSku: string;
  discountSku: string;
  tipSku: string;
  dutiesSku: string;
  feeSku: string;
  customSku: string;
  giftCardSku: string;
  roundingSku: string;
  /** The shop that is asked for what a change of stock leaves out; empty: nobody. */
  store: string;
  /** Whether there is a second output, for stock that Shopify changed where Odoo leads. */
  recheck: boolean;
  sources?: { field: string }[];
}

/** Of Shopify's 250 in one query, as many as its cost allows with a location or two. */
const mostItems = 100;

/** The default mapping, as data that a function node can change before it is written. */
export default function register(RED: Runtime): void {
  function ShopifyToOdoo(this: FlowNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    const fixed = settingsOf(config);
    const read = settingsReader(RED, this, config);
    // Where a message may say it, ids are read with every batch.
    const mayNeedIds =
      fixed.productsBy === "external_id" ||
      config.sources?.some(({ field }) => field === "productBy") === true;
    const store = RED.nodes.getNode(config.store) as ShopifyStoreNode | null;
    const readLevel = createGatherer<ReturnType<typeof stockPlaceOf>, CountedLevel | null>({
      max: mostItems,
      run: (places) => readCountedLevels(store!.client, places, { variantIds: mayNeedIds }),
    });

    onInput(this, "flow", async (message, send) => {
      const { topic = "", payload } = message;
      const said = await read(message);
      const settings = said === config ? fixed : settingsOf(said);
      const location = message.location as MappedLocation | undefined;
      const locations = message.locations as MappedLocation[] | undefined;
      const counted =
        store && location && isStockTopic(topic) ? await readLevel(stockPlaceOf(payload)) : undefined;
      const plan = eventToPlan(topic, payload, settings, location, locations, counted);
      const recheck = isStockTopic(topic) ? recheckOf(topic, payload, location, counted) : null;
      message.original = payload;
      message.payload = plan;
      this.status({ fill: plan.nothing ? "grey" : "green", shape: "ring", text: plan.reference });
      // First, so that the event is not done before somebody was asked.
      if (recheck && config.recheck)
        send([null, { _msgid: RED.util.generateId(), topic: "recheck", payload: recheck } as Message]);
      send([message, null]);
    });
  }
  RED.nodes.registerType("shopify-to-odoo", ShopifyToOdoo);
}

function settingsOf(config: Config): OrderMappingSettings {
  return {
    money: config.money || "shop",
    productsBy: config.productBy || "default_code",
    missingProduct: config.missingProduct || "reject",
    products: config.products || "ignore",
    confirm: config.confirm || "never",
    holdTags: setting(config.holdTags),
    testOrders: config.testOrders || "import",
    invoice: config.invoice || "none",
    journals: config.journals ?? [],
    odooTaxes: config.odooTaxes || "as_shopify",
    missingTax: config.missingTax || "reject",
    roundingAllowance: setting(config.roundingAllowance),
    taxes: config.taxes ?? [],
    salesperson: setting(config.salesperson),
    team: setting(config.team),
    pricelist: setting(config.pricelist),
    vatAttribute: setting(config.vatAttribute),
    tags: flag(config.tags, false),
    utm: flag(config.utm, false),
    externalIdPrefix: setting(config.externalIdPrefix),
    specialProducts: {
      shipping: setting(config.shippingSku),
      discount: setting(config.discountSku),
      tip: setting(config.tipSku),
      duties: setting(config.dutiesSku),
      fee: setting(config.feeSku),
      custom: setting(config.customSku),
      giftCard: setting(config.giftCardSku),
      rounding: setting(config.roundingSku),
    },
  };
}
