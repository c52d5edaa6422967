import type { FindReference } from "../import-plan.ts";
import type { OrderMappingOptions, SpecialProducts } from "./order-options.ts";
import { textOf, unreadable } from "./read.ts";
import type { ShopifyLineItem, Unchecked } from "./shopify-shapes.ts";

const fieldLabels = { default_code: "Internal Reference", barcode: "Barcode" };

/** For a person: `"T-shirt - Red"`. */
export function lineTitle(line: Unchecked<ShopifyLineItem>, id: string): string {
  return textOf(line.name) ?? textOf(line.title) ?? `Line ${id}`;
}

/** A tip is the one kind of line that has this field at all, even when it is null. */
export function isTip(line: Unchecked<ShopifyLineItem>): boolean {
  return "tip_payment_gateway" in line && line.tip_payment_gateway !== undefined;
}

/**
 * The Odoo product of a line: by its SKU, or a special product for what has none.
 * A line without a variant but with a SKU counts by its SKU: sales channels and deleted variants send those.
 */
export function productOf(
  line: Unchecked<ShopifyLineItem>,
  title: string,
  options: OrderMappingOptions,
  who: string,
): FindReference {
  if (isTip(line)) return specialProduct("tip", options, who);
  if (line.gift_card === true) return specialProduct("giftCard", options, who);
  const sku = textOf(line.sku);
  if (sku !== null) return productBySku(sku, title, options, who);
  if (line.variant_id === null || line.variant_id === undefined)
    return specialProduct("custom", options, who);
  throw unreadable(
    who,
    "sku_missing",
    `"${title}" has no SKU.`,
    "Give the variant a SKU in Shopify; this event keeps the text it was sent with, so discard it and let the backfill fetch the order again, or enter it in Odoo by hand.",
  );
}

function productBySku(sku: string, title: string, options: OrderMappingOptions, who: string): FindReference {
  const label = fieldLabels[options.productsBy];
  return {
    find: {
      model: "product.product",
      where: { [options.productsBy]: sku },
      missing: {
        class: "rejected",
        code: "sku_not_found",
        message: `${who}: variant SKU ${sku} ("${title}") is not in Odoo.`,
        hint: `Set ${label} ${sku} on the product, then retry.`,
      },
    },
  };
}

const uses: Record<keyof SpecialProducts, string> = {
  shipping: "shipping",
  discount: "discounts",
  tip: "tips",
  duties: "duties",
  fee: "additional fees",
  custom: "custom lines",
  giftCard: "gift cards",
};

/** The product that stands for shipping, a tip, and so on: always by Internal Reference. */
export function specialProduct(
  use: keyof SpecialProducts,
  options: OrderMappingOptions,
  who: string,
): FindReference {
  const code = options.specialProducts[use];
  return {
    find: {
      model: "product.product",
      where: { default_code: code },
      missing: {
        class: "rejected",
        code: "special_product_not_found",
        message: `${who}: Odoo has no product ${code} for ${uses[use]}.`,
        hint: `Create a service product with Internal Reference ${code}, or name another one in the mapping, then retry.`,
      },
    },
  };
}
