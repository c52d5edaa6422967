import { shopCatalogue } from "../catalogue.ts";
import { type Random, randomFrom } from "../random.ts";
import { fillCart } from "./cart.ts";
import { exactJson } from "./exact-json.ts";
import { type Market, markets, shopCurrency } from "./markets.ts";
import { orderPayload } from "./payload.ts";
import { addressOf, personAt } from "./people.ts";
import { priceCart } from "./pricing.ts";

export interface SandboxOrder {
  /** The exact JSON text that Shopify sends: ids are bare numerals, many beyond 2^53. */
  body: string;
  id: string;
  /** "#1001" */
  name: string;
  /** In the shop's currency, as `total_price` says. */
  total: string;
  tax: string;
  currency: string;
}

export interface ShopLocation {
  id: string;
  name: string;
}

export interface MakeOrders {
  seed: number;
  count: number;
  firstNumber?: number;
  /** Where over-the-counter orders are made; an empty list makes none. */
  locations?: ShopLocation[];
}

export const shopLocations: readonly ShopLocation[] = [
  { id: "70000000001", name: "Harbour Street Store" },
  { id: "70000000002", name: "Outlet" },
];

// The clocks went back on 1 November 2026 at 2:00 in New York: the offset of created_at changes on the way.
const firstOrderAt = Date.parse("2026-10-31T22:00:00-04:00");
const clocksBackAt = Date.parse("2026-11-01T06:00:00Z");

/** Order number N of a seed is always the same order, however many are made at once. */
export function makeOrders({ seed, count, firstNumber = 1001, locations }: MakeOrders): SandboxOrder[] {
  return Array.from({ length: count }, (_, at) =>
    makeOrder(seed, firstNumber + at, locations ?? shopLocations),
  );
}

export function makeOrder(
  seed: number,
  number: number,
  locations: readonly ShopLocation[] = shopLocations,
): SandboxOrder {
  const random = randomFrom(seed, number);
  const location = locations.length > 0 && random.chance(0.08) ? random.pick(locations) : null;
  const market = location ? markets[0]! : pickMarket(random);
  const goods = shopCatalogue.filter((item) => item.type === "goods");
  const cart = fillCart(random, market, goods, location !== null);
  const shop = priceCart(cart, shopCurrency, "1");
  const presentment = priceCart(cart, market.currency, market.exchangeRate);
  const buyer = personAt(random.int(1, 400));
  const guest = random.chance(0.25);
  const billing = addressOf(buyer, market.country, random);
  const elsewhere = addressOf(personAt(random.int(1, 400)), market.country, random);
  const id = orderId(seed, number, random);
  const order = orderPayload({
    number,
    id,
    createdAt: shopTime(firstOrderAt + (number - 1001) * 30_000 + random.int(0, 29) * 1000),
    cart,
    shop,
    presentment,
    buyer,
    guest,
    billing,
    shipping: location || !cart.shipping ? null : random.chance(0.2) ? elsewhere : billing,
    location,
    random,
  });
  return {
    body: exactJson(order),
    id: String(id),
    name: `#${number}`,
    total: shop.total.toFixed(shop.digits),
    tax: shop.taxTotal.toFixed(shop.digits),
    currency: shopCurrency,
  };
}

/** A thousand numbers for each order: its lines' ids follow its own. Two of three are beyond 2^53. */
function orderId(seed: number, number: number, random: Random): bigint {
  const base = random.chance(0.67) ? 820_000_000_000_000_037n : 5_600_000_000_037n;
  return base + BigInt(Math.abs(seed) % 1000) * 1_000_000_000n + BigInt(number) * 1000n;
}

function pickMarket(random: Random): Market {
  let at = random.int(1, 100);
  for (const market of markets) {
    at -= market.weight;
    if (at <= 0) return market;
  }
  return markets[0]!;
}

/** "2026-11-01T01:30:00-04:00", as a shop in New York shows it. */
function shopTime(at: number): string {
  const hours = at < clocksBackAt ? 4 : 5;
  return `${new Date(at - hours * 3_600_000).toISOString().slice(0, 19)}-0${hours}:00`;
}
