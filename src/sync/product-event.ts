import type { ImportPlan, ImportRecord, ImportValue } from "../import-plan.ts";
import { parseDecimal } from "../money.ts";
import { versionTime } from "./dates.ts";
import { nothingToDo } from "./order.ts";
import { type OrderMappingSettings, withDefaults } from "./order-options.ts";
import { idOf, listOf, malformed, objectOf, textOf } from "./read.ts";
import type { ShopifyProduct, ShopifyVariant, Unchecked } from "./shopify-shapes.ts";

/**
 * products/create and products/update: each variant is a product of its own in Odoo, by its SKU and barcode. Only where the
 * mapping is told so: most shops keep their products in Odoo.
 * @throws HoldfastError of class `rejected` for a body that is no product.
 */
export function productToPlan(payload: unknown, settings: OrderMappingSettings = {}): ImportPlan {
  const options = withDefaults(settings);
  const product = objectOf<ShopifyProduct>(payload);
  const id = product === null ? null : idOf(product);
  if (product === null || id === null) throw malformed("A product", "it has no id.");
  const title = textOf(product.title) ?? `Product ${id}`;
  if (options.products === "ignore")
    return nothingToDo(title, "Products are kept in Odoo: the mapping is set to write none.");
  const who = `Product ${title}`;
  const variants = listOf<ShopifyVariant>(product.variants, who, "variants");
  const records = variants.map((variant) =>
    variantRecord(variant, product, title, options.externalIdPrefix, who),
  );
  const first = records[0];
  if (first === undefined) return nothingToDo(title, "It has no variants.");
  const at = versionTime(product.updated_at);
  return {
    kind: "import-plan",
    reference: title,
    ...(at !== null && { version: { externalId: first.externalId, at } }),
    records,
  };
}

function variantRecord(
  variant: Unchecked<ShopifyVariant>,
  product: Unchecked<ShopifyProduct>,
  title: string,
  prefix: string,
  who: string,
): ImportRecord {
  const id = idOf(variant);
  if (id === null) throw malformed(who, "a variant has no id.");
  const own = textOf(variant.title);
  const values: Record<string, ImportValue> = {
    name: own === null || own === "Default Title" ? title : `${title} - ${own}`,
    type: "consu",
    is_storable: true,
    sale_ok: textOf(product.status) !== "archived",
  };
  const sku = textOf(variant.sku);
  if (sku !== null) values.default_code = sku;
  const barcode = textOf(variant.barcode);
  if (barcode !== null) values.barcode = barcode;
  const price = parseDecimal(variant.price);
  if (price !== null) values.list_price = price.toFixed();
  const grams = parseDecimal(variant.grams);
  if (grams !== null) values.weight = grams.div(1000).toFixed();
  return { model: "product.product", externalId: `${prefix}variant_${id}`, values, write: "always" };
}
