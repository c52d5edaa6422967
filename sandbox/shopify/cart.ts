import type { CatalogueItem } from "../catalogue.ts";
import type { Random } from "../random.ts";
import type { Market } from "./markets.ts";

/** What somebody buys, before any figure is worked out. Prices in the shop's currency. */
export interface Cart {
  lines: CartLine[];
  discounts: CartDiscount[];
  shipping?: { title: string; code: string; price: string; taxes: TaxRate[] };
  tip?: string;
  taxesIncluded: boolean;
}

export interface CartLine {
  kind: "variant" | "custom" | "gift-card";
  item?: CatalogueItem;
  title: string;
  variantTitle: string | null;
  unitPrice: string;
  quantity: number;
  taxes: TaxRate[];
  duty?: string;
  properties: { name: string; value: string }[];
}

export interface CartDiscount {
  type: "discount_code" | "automatic" | "manual";
  title: string;
  target: "lines" | "shipping";
  valueType: "percentage" | "fixed_amount";
  value: string;
  allocation: "across" | "each" | "one";
  selection: "all" | "entitled" | "explicit";
  /** Positions in `lines`; empty for shipping. */
  lines: number[];
}

export interface TaxRate {
  title: string;
  rate: string;
}

export function fillCart(
  random: Random,
  market: Market,
  goods: readonly CatalogueItem[],
  pos: boolean,
): Cart {
  const lines = pickLines(random, market, goods);
  const cart: Cart = { lines, discounts: [], taxesIncluded: market.taxesIncluded };
  if (!pos && lines.some((line) => line.kind === "variant" || line.kind === "custom")) {
    cart.shipping = pickShipping(random, market);
  }
  cart.discounts = pickDiscounts(random, cart);
  if (random.chance(0.06)) cart.tip = random.pick(["2.00", "3.50", "5.00", "7.25"]);
  return cart;
}

function pickLines(random: Random, market: Market, goods: readonly CatalogueItem[]): CartLine[] {
  const lines: CartLine[] = [];
  const wanted = random.pick([1, 1, 1, 2, 2, 3, 4, 6]);
  const chosen = new Set<CatalogueItem>();
  while (chosen.size < Math.min(wanted, goods.length)) chosen.add(random.pick(goods));
  for (const item of chosen) {
    const dash = item.title.indexOf(" - ");
    lines.push({
      kind: "variant",
      item,
      title: dash < 0 ? item.title : item.title.slice(0, dash),
      variantTitle: dash < 0 ? null : item.title.slice(dash + 3),
      unitPrice: item.price,
      quantity: random.pick([1, 1, 1, 1, 2, 2, 3, 7]),
      taxes: random.chance(0.08) ? [] : random.pick(market.taxes),
      ...(market.duties && { duty: random.pick(["0.00", "4.10", "11.85"]) }),
      properties: random.chance(0.07) ? [{ name: "Engraving", value: "For Ö. — “mind the gap”" }] : [],
    });
  }
  if (random.chance(0.03)) {
    lines.push({
      kind: "custom",
      title: "Tent repair",
      variantTitle: null,
      unitPrice: random.pick(["12.50", "35.00", "0.99"]),
      quantity: random.int(1, 2),
      taxes: random.pick(market.taxes),
      properties: [],
    });
  }
  if (random.chance(0.02)) {
    lines.push({
      kind: "gift-card",
      title: "Gift card",
      variantTitle: "$25.00",
      unitPrice: "25.00",
      quantity: 1,
      taxes: [],
      properties: [],
    });
  }
  return lines;
}

function pickShipping(random: Random, market: Market): NonNullable<Cart["shipping"]> {
  const [title, price] = random.pick([
    ["Standard", "5.90"],
    ["Standard", "7.00"],
    ["Express", "14.95"],
    ["Free shipping", "0.00"],
  ] as const);
  return {
    title,
    code: title,
    price,
    taxes: price === "0.00" || random.chance(0.3) ? [] : random.pick(market.taxes),
  };
}

function pickDiscounts(random: Random, cart: Cart): CartDiscount[] {
  const discounts: CartDiscount[] = [];
  const everyLine = cart.lines.flatMap((line, at) => (line.kind === "gift-card" ? [] : [at]));
  if (everyLine.length === 0) return discounts;
  const oneLine = [random.pick(everyLine)];

  if (random.chance(0.12)) {
    const value = random.pick(["10.0", "15.0", "33.3", "100.0"]);
    const title = value === "100.0" ? "Gift with purchase" : "Members week";
    discounts.push(discount("automatic", title, "percentage", value, "each", "explicit", oneLine));
  }
  if (random.chance(0.08)) {
    discounts.push(discount("manual", "Scratched box", "fixed_amount", "3.00", "one", "explicit", oneLine));
  }
  if (random.chance(0.22)) {
    discounts.push(
      random.chance(0.5)
        ? discount("discount_code", "CAMP10", "percentage", "10.0", "across", "all", everyLine)
        : discount("discount_code", "TENNER", "fixed_amount", "10.0", "across", "all", everyLine),
    );
  }
  if (cart.shipping && cart.shipping.price !== "0.00" && random.chance(0.18)) {
    const value = random.pick(["100.0", "50.0"]);
    const title = value === "100.0" ? "FREESHIP" : "HALFSHIP";
    discounts.push({
      ...discount("discount_code", title, "percentage", value, "each", "all", []),
      target: "shipping",
    });
  }
  return discounts;
}

function discount(
  type: CartDiscount["type"],
  title: string,
  valueType: CartDiscount["valueType"],
  value: string,
  allocation: CartDiscount["allocation"],
  selection: CartDiscount["selection"],
  lines: number[],
): CartDiscount {
  return { type, title, target: "lines", valueType, value, allocation, selection, lines };
}
