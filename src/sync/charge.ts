import type { ImportRecord, RecordReference } from "../import-plan.ts";
import { type Decimal, decimal, decimalText, roundTo, sum, zero } from "../money.ts";
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
  /** Whether the taxes are part of the price. */
  taxesIncluded: boolean;
  /** Its discount had a line of its own when more units were ordered. */
  hadDiscountLine?: boolean;
}

export interface ChargeRules {
  accuracy: Accuracy;
  discountProduct: RecordReference;
}

/** The fields of a line, which a sale order and an invoice name differently. */
export interface LineFields {
  model: string;
  quantity: string;
}

export const saleLine: LineFields = { model: "sale.order.line", quantity: "product_uom_qty" };
export const invoiceLine: LineFields = { model: "account.move.line", quantity: "quantity" };

/** What a charge comes to before excluded taxes. */
export function netOf(charge: Pick<Charge, "price" | "quantity" | "discount">, digits: number): Decimal {
  return roundTo(charge.price.times(charge.quantity), digits).minus(charge.discount);
}

/** A charge with its price on the other side of the tax; what it comes to, and its taxes, stay the same to the cent. */
export function onOtherBasis(charge: Charge, { money, price }: Accuracy): Charge {
  const percent = sum(charge.taxes.map((tax) => tax.percent));
  const tax = sum(charge.taxes.map(({ amount }) => amount));
  const net = netOf(charge, money);
  const target = charge.taxesIncluded ? net.minus(tax) : net.plus(tax);
  const factor = percent.div(100).plus(1);
  const each = charge.taxesIncluded ? charge.price.div(factor) : charge.price.times(factor);
  const whole = { ...charge, price: roundTo(each, price), taxesIncluded: !charge.taxesIncluded };
  if (charge.quantity.eq(0)) return whole;
  // Without a discount, a price that divides evenly is closer to what people expect than one with a cent off.
  const even = roundTo(target.div(charge.quantity), price);
  if (charge.discount.eq(0) && even.times(charge.quantity).eq(target)) return { ...whole, price: even };
  return { ...whole, discount: roundTo(whole.price.times(charge.quantity), money).minus(target) };
}

/** The record of a charge, and a second one where its discount needs it. */
export function chargeToLines(charge: Charge, rules: ChargeRules, fields = saleLine): ImportRecord[] {
  const { main, extra } = writeDiscount(charge, charge.taxes, charge.taxesIncluded, rules.accuracy);
  const line = (externalId: string, values: ImportRecord["values"]): ImportRecord => ({
    model: fields.model,
    externalId,
    // Taxes and discount are always given: left out, Odoo would fill in the product's taxes and the pricelist's discount.
    values: { ...values, tax_ids: charge.taxReferences },
  });
  const lines = [
    line(charge.externalId, {
      product_id: charge.product,
      name: charge.name,
      [fields.quantity]: decimalText(main.quantity),
      price_unit: decimalText(main.priceUnit),
      discount: decimalText(main.discount),
    }),
  ];
  if (extra !== null || charge.hadDiscountLine) {
    const { quantity, each } = storable(extra, rules.accuracy);
    lines.push(
      line(`${charge.externalId}_discount`, {
        product_id: rules.discountProduct,
        name: discountLineName(charge, extra),
        [fields.quantity]: decimalText(quantity),
        price_unit: decimalText(each),
        discount: "0",
      }),
    );
  }
  return lines;
}

/** An amount of three digits is a tenth of a price of two, where Odoo's prices have no more. */
function storable(amount: Decimal | null, { price }: Accuracy): { quantity: Decimal; each: Decimal } {
  if (amount === null) return { quantity: zero, each: zero };
  return roundTo(amount, price).eq(amount)
    ? { quantity: decimal(1), each: amount }
    : { quantity: decimal("0.1"), each: amount.times(10) };
}

function discountLineName({ name, discountName }: Charge, extra: Decimal | null): string {
  const what = extra?.gt(0) ? "Rounding" : "Discount";
  return `${what}${discountName ? ` ${discountName}` : ""}: ${name.split("\n")[0]}`;
}
