import type { ImportRecord, RecordReference } from "../import-plan.ts";
import { type Decimal, decimal, decimalText, roundTo } from "../money.ts";
import { type Accuracy, type ChargedTax, writeDiscount } from "./discount.ts";

/** Anything an order charges for, in the order's own words: an item, shipping, a duty. */
export interface Charge {
  externalId: string;
  product: RecordReference;
  name: string;
  /** Each, before discounts. */
  price: Decimal;
  quantity: Decimal;
  /** Off the whole charge. */
  discount: Decimal;
  /** "SUMMER10", for the line that the discount may need. */
  discountName: string | null;
  taxes: ChargedTax[];
  taxReferences: RecordReference[];
}

export interface ChargeRules {
  taxesIncluded: boolean;
  accuracy: Accuracy;
  discountProduct: RecordReference;
}

/** What a charge comes to before excluded taxes. */
export function netOf(charge: Pick<Charge, "price" | "quantity" | "discount">, digits: number): Decimal {
  return roundTo(charge.price.times(charge.quantity), digits).minus(charge.discount);
}

/** The sale.order.line of a charge, and a second one where its discount needs it. */
export function chargeToLines(charge: Charge, rules: ChargeRules): ImportRecord[] {
  const { main, extra } = writeDiscount(charge, charge.taxes, rules.taxesIncluded, rules.accuracy);
  const line = (externalId: string, values: ImportRecord["values"]): ImportRecord => ({
    model: "sale.order.line",
    externalId,
    // Taxes and discount are always given: left out, Odoo would fill in the product's taxes and the pricelist's discount.
    values: { ...values, tax_ids: charge.taxReferences },
  });
  const lines = [
    line(charge.externalId, {
      product_id: charge.product,
      name: charge.name,
      product_uom_qty: decimalText(main.quantity),
      price_unit: decimalText(main.priceUnit),
      discount: decimalText(main.discount),
    }),
  ];
  if (extra !== null)
    lines.push(
      line(`${charge.externalId}_discount`, {
        product_id: rules.discountProduct,
        name: `Discount${charge.discountName ? ` ${charge.discountName}` : ""}: ${charge.name.split("\n")[0]}`,
        product_uom_qty: decimalText(decimal(1)),
        price_unit: decimalText(extra),
        discount: "0",
      }),
    );
  return lines;
}
