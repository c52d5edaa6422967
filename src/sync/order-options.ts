import { HoldfastError } from "../failure.ts";
import { parseDecimal } from "../money.ts";
import type { MoneyChoice } from "./money-view.ts";

/** Odoo products, by Internal Reference, for what Shopify sells without a variant. */
export interface SpecialProducts {
  shipping: string;
  discount: string;
  tip: string;
  duties: string;
  /** Additional fees that Shopify adds to an order. */
  fee: string;
  /** A line typed in by hand. */
  custom: string;
  /** A gift card sold; one used to pay is a payment, not a line. */
  giftCard: string;
  /** The cent by which Odoo's rounding differs. */
  rounding: string;
}

/** Which Odoo tax a Shopify tax line means. What is left empty matches anything; the first row that matches counts. */
export interface TaxRow {
  /** ISO code of the country the order goes to: "DE". */
  country?: string;
  /**
   * Shopify's title: "DE VAT"; "exempt": an order that pays no tax at all; an exemption of the customer, as
   * "EU_REVERSE_CHARGE_EXEMPTION_RULE": what is not taxed because of it.
   */
  title?: string;
  /** Percent: "19". */
  rate?: string;
  /** The Odoo tax: its name, or its id in digits. */
  tax: string;
}

/** Which Odoo journal a payment gateway pays into. */
export interface JournalRow {
  /** As in `payment_gateway_names`: "paypal"; several that paid together with commas; "*" for all that have no row. */
  gateway: string;
  /** The journal's short code: "BNK1". */
  journal: string;
}

export interface OrderMappingOptions {
  /** Which of an order's two currencies goes to Odoo. */
  money: MoneyChoice;
  /** What finds a product: the field that holds a variant's SKU, or the external id that products/create gave it. */
  productsBy: "default_code" | "barcode" | "external_id";
  /** A product that Odoo does not have: refuse the order, create it, or write the line on one stand-in product. */
  missingProduct: "reject" | "create" | "stand_in";
  specialProducts: SpecialProducts;
  /** Before every external id; for two shops whose records must not meet. Letters, digits and "_". */
  externalIdPrefix: string;
  /** Odoo's accuracy "Product Price". */
  priceDigits: number;
  /** Odoo's accuracy "Discount". */
  discountDigits: number;
  /**
   * How far Odoo's total may be off before the order is refused; the difference becomes a line. Decimal text for a
   * currency with cents; one without counts as many of its smallest unit. "0": no difference at all.
   */
  roundingAllowance: string;
  /** Which orders are confirmed; the others stay quotations. */
  confirm: "never" | "paid" | "authorized" | "always";
  /** What is made of a paid, confirmed order. */
  invoice: "none" | "invoice" | "invoice_and_payment";
  journals: JournalRow[];
  taxes: TaxRow[];
  /** Whether Odoo's taxes are part of the price: as in the shop, or always so. */
  odooTaxes: "as_shopify" | "included" | "excluded";
  /** A tax rate that Odoo does not have: refuse the order, or create the tax. */
  missingTax: "reject" | "create";
  /** Login of a user; empty: Odoo's own default. */
  salesperson: string;
  /** Name of a sales team; empty: Odoo's own default. */
  team: string;
  /** Name of a pricelist for orders in the company's currency; empty: Odoo's own default. */
  pricelist: string;
  /** Shopify's tags as tags of the sale order. */
  tags: boolean;
  /** Where a buyer came from (utm_source, utm_medium, utm_campaign, else the sales channel) as Odoo's UTM records. */
  utm: boolean;
  /** Orders with one of these tags stay quotations, as do those that Shopify calls high risk. Commas between. */
  holdTags: string;
  testOrders: "import" | "quotation" | "skip";
  /** The note attribute that holds the buyer's VAT number; empty: none. */
  vatAttribute: string;
  /** What products/* events do: nothing, because products are kept in Odoo, or write them. */
  products: "ignore" | "write";
}

/** What a caller may leave out. */
export type OrderMappingSettings = Partial<Omit<OrderMappingOptions, "specialProducts">> & {
  specialProducts?: Partial<SpecialProducts>;
};

export const orderMappingDefaults: Readonly<OrderMappingOptions> = Object.freeze({
  money: "shop",
  productsBy: "default_code",
  missingProduct: "reject",
  specialProducts: Object.freeze({
    shipping: "SHIPPING",
    discount: "DISCOUNT",
    tip: "TIP",
    duties: "DUTIES",
    fee: "FEE",
    custom: "CUSTOM",
    giftCard: "GIFT-CARD",
    rounding: "ROUNDING",
  }),
  externalIdPrefix: "",
  priceDigits: 2,
  discountDigits: 2,
  roundingAllowance: "0.05",
  confirm: "never",
  invoice: "none",
  journals: [],
  taxes: [],
  odooTaxes: "as_shopify",
  missingTax: "reject",
  salesperson: "",
  team: "",
  pricelist: "",
  tags: false,
  utm: false,
  holdTags: "",
  testOrders: "import",
  vatAttribute: "",
  products: "ignore",
});

/** Fills in the defaults; an empty text counts as left out. */
export function withDefaults(settings: OrderMappingSettings = {}): OrderMappingOptions {
  const options: OrderMappingOptions = {
    ...orderMappingDefaults,
    ...given(settings),
    specialProducts: { ...orderMappingDefaults.specialProducts, ...given(settings.specialProducts ?? {}) },
  };
  if (!/^[A-Za-z0-9_]*$/.test(options.externalIdPrefix))
    throw badSetting(
      "bad_prefix",
      `The external id prefix "${options.externalIdPrefix}" can't be used.`,
      'Use letters, digits and "_" only.',
    );
  const allowance = parseDecimal(options.roundingAllowance);
  if (allowance === null || allowance.lt(0))
    throw badSetting(
      "bad_rounding_allowance",
      `The rounding allowance "${options.roundingAllowance}" is no amount.`,
      "Use an amount such as 0.05, or 0 for none.",
    );
  return options;
}

function badSetting(code: string, message: string, hint: string): HoldfastError {
  return new HoldfastError({ class: "rejected", code, message, hint, source: "shopify" });
}

function given<T extends object>(settings: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined && value !== ""),
  ) as Partial<T>;
}
