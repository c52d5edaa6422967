import { HoldfastError } from "../failure.ts";
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
}

export interface OrderMappingOptions {
  /** Which of an order's two currencies goes to Odoo. */
  money: MoneyChoice;
  /** The Odoo field that holds a variant's SKU. */
  productsBy: "default_code" | "barcode";
  specialProducts: SpecialProducts;
  /** Before every external id; for two shops whose records must not meet. Letters, digits and "_". */
  externalIdPrefix: string;
  /** Odoo's accuracy "Product Price"; null: two digits, or the currency's where those are more. */
  priceDigits: number | null;
  /** Odoo's accuracy "Discount". */
  discountDigits: number;
}

/** What a caller may leave out. */
export type OrderMappingSettings = Partial<Omit<OrderMappingOptions, "specialProducts">> & {
  specialProducts?: Partial<SpecialProducts>;
};

export const orderMappingDefaults: Readonly<OrderMappingOptions> = Object.freeze({
  money: "shop",
  productsBy: "default_code",
  specialProducts: Object.freeze({
    shipping: "SHIPPING",
    discount: "DISCOUNT",
    tip: "TIP",
    duties: "DUTIES",
    fee: "FEE",
    custom: "CUSTOM",
    giftCard: "GIFT-CARD",
  }),
  externalIdPrefix: "",
  priceDigits: null,
  discountDigits: 2,
});

/** Fills in the defaults; an empty text counts as left out. */
export function withDefaults(settings: OrderMappingSettings = {}): OrderMappingOptions {
  const options: OrderMappingOptions = {
    ...orderMappingDefaults,
    ...given(settings),
    specialProducts: { ...orderMappingDefaults.specialProducts, ...given(settings.specialProducts ?? {}) },
  };
  if (!/^[A-Za-z0-9_]*$/.test(options.externalIdPrefix))
    throw new HoldfastError({
      class: "rejected",
      code: "bad_prefix",
      message: `The external id prefix "${options.externalIdPrefix}" can't be used.`,
      hint: 'Use letters, digits and "_" only.',
      source: "shopify",
    });
  return options;
}

function given<T extends object>(settings: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined && value !== ""),
  ) as Partial<T>;
}
