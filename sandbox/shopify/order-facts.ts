import type { Decimal } from "../../src/money.ts";
import type { Random } from "../random.ts";
import type { Cart } from "./cart.ts";
import { shopCurrency } from "./markets.ts";
import type { Address, Person } from "./people.ts";
import type { PricedCart } from "./pricing.ts";

export interface OrderFacts {
  number: number;
  id: bigint;
  createdAt: string;
  cart: Cart;
  shop: PricedCart;
  presentment: PricedCart;
  buyer: Person;
  guest: boolean;
  billing: Address;
  /** The same person's when null: bought over the counter. */
  shipping: Address | null;
  location: { id: string; name: string } | null;
  random: Random;
}

export function moneySet(shop: Decimal, presentment: Decimal, priced: PricedCart) {
  return {
    shop_money: { amount: shop.toFixed(2), currency_code: shopCurrency },
    presentment_money: { amount: presentment.toFixed(priced.digits), currency_code: priced.currency },
  };
}
