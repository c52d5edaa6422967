import type {
  ExternalReference,
  FindReference,
  ImportRecord,
  ImportValue,
  RecordReference,
} from "../import-plan.ts";
import { fingerprint } from "./address.ts";
import type { OrderMappingOptions, SpecialProducts } from "./order-options.ts";
import { idOf, textOf, unreadable } from "./read.ts";
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
): RecordReference {
  if (isTip(line)) return specialProduct("tip", options, who);
  if (line.gift_card === true) return specialProduct("giftCard", options, who);
  const sku = textOf(line.sku);
  const variantId = idOf({ id: line.variant_id });
  if (options.productsBy === "external_id" && variantId !== null)
    return productByVariant(variantId, sku, title, options, who);
  if (sku !== null) return productBySku(sku, title, line, options, who);
  if (line.variant_id === null || line.variant_id === undefined)
    return specialProduct("custom", options, who);
  throw unreadable(
    who,
    "sku_missing",
    `"${title}" has no SKU.`,
    "Give the variant a SKU in Shopify; this event keeps the text it was sent with, so discard it and let the backfill fetch the order again, or enter it in Odoo by hand.",
  );
}

function productByVariant(
  variantId: string,
  sku: string | null,
  title: string,
  { externalIdPrefix, missingProduct }: OrderMappingOptions,
  who: string,
): ExternalReference {
  const externalId = `${externalIdPrefix}variant_${variantId}`;
  // The product comes with the order.
  if (missingProduct === "create") return { externalId };
  return {
    externalId,
    missing: {
      class: "dependency",
      code: "variant_not_found",
      message: `${who}: variant ${variantId} ("${title}"${sku === null ? "" : `, SKU ${sku}`}) is not in Odoo.`,
      hint: `Let the mapping write products and save this one in Shopify, whose products/update then brings it; or let the mapping create missing products, which have no stand-in where they are matched by variant id; or give the product in Odoo the external id __shopify__.${externalId}. Then retry.`,
    },
  };
}

function productBySku(
  sku: string,
  title: string,
  line: Unchecked<ShopifyLineItem>,
  options: OrderMappingOptions,
  who: string,
): FindReference {
  const field = options.productsBy === "external_id" ? "default_code" : options.productsBy;
  return {
    find: {
      model: "product.product",
      where: { [field]: sku },
      missing: createdInstead(line, sku, title, options) ?? {
        class: "rejected",
        code: "sku_not_found",
        message: `${who}: variant SKU ${sku} ("${title}") is not in Odoo.`,
        hint: `Set ${fieldLabels[field]} ${sku} on the product, then retry.`,
      },
    },
  };
}

/** The records that a line found by external id needs first: its product, where missing ones are to be created. */
export function productRecords(
  line: Unchecked<ShopifyLineItem>,
  title: string,
  options: OrderMappingOptions,
): ImportRecord[] {
  if (options.productsBy !== "external_id" || options.missingProduct !== "create") return [];
  if (isTip(line) || line.gift_card === true || idOf({ id: line.variant_id }) === null) return [];
  const created = createdInstead(line, textOf(line.sku), title, options);
  return created === null ? [] : [created.create];
}

/** What stands in for a product that Odoo does not have; null where the order is to be refused. */
function createdInstead(
  line: Pick<Unchecked<ShopifyLineItem>, "variant_id" | "price">,
  sku: string | null,
  title: string,
  { missingProduct, productsBy, externalIdPrefix: prefix }: OrderMappingOptions,
): { create: ImportRecord } | null {
  if (missingProduct === "reject") return null;
  if (missingProduct === "stand_in")
    return {
      create: {
        model: "product.product",
        externalId: `${prefix}stand_in_product`,
        values: { name: "Product that is not in Odoo yet", default_code: "STAND-IN", type: "consu" },
      },
    };
  const variantId = idOf({ id: line.variant_id });
  const values: Record<string, ImportValue> = { name: title, type: "consu", is_storable: true };
  if (sku !== null) {
    values.default_code = sku;
    if (productsBy === "barcode") values.barcode = sku;
  }
  const price = textOf(line.price);
  if (price !== null) values.list_price = price;
  return {
    create: {
      model: "product.product",
      externalId: prefix + (variantId === null ? `sku_${fingerprint(sku ?? title)}` : `variant_${variantId}`),
      values,
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
  rounding: "rounding differences",
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
