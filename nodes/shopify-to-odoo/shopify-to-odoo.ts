import type { NodeDef } from "node-red";
import { eventToPlan, type MappedLocation, type OrderMappingSettings } from "../../src/index.ts";
import { type FlowNode, onInput, type Runtime, setting } from "../runtime/index.ts";

interface Config extends NodeDef {
  money: "shop" | "presentment";
  productBy: "default_code" | "barcode";
  shippingSku: string;
  discountSku: string;
  tipSku: string;
  dutiesSku: string;
  feeSku: string;
  customSku: string;
  giftCardSku: string;
}

/** The default mapping, as data that a function node can change before it is written. */
export default function register(RED: Runtime): void {
  function ShopifyToOdoo(this: FlowNode, config: Config): void {
    RED.nodes.createNode(this, config);
    const settings: OrderMappingSettings = {
      money: config.money || "shop",
      productsBy: config.productBy || "default_code",
      specialProducts: {
        shipping: setting(config.shippingSku),
        discount: setting(config.discountSku),
        tip: setting(config.tipSku),
        duties: setting(config.dutiesSku),
        fee: setting(config.feeSku),
        custom: setting(config.customSku),
        giftCard: setting(config.giftCardSku),
      },
    };
    onInput(this, "flow", (message, send) => {
      const location = message.location as MappedLocation | undefined;
      const plan = eventToPlan(message.topic ?? "", message.payload, settings, location);
      message.original = message.payload;
      message.payload = plan;
      this.status({ fill: "green", shape: "ring", text: plan.reference });
      send(message);
    });
  }
  RED.nodes.registerType("shopify-to-odoo", ShopifyToOdoo);
}
