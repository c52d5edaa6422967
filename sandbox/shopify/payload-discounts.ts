import { zero } from "../../src/money.ts";
import type { Cart, CartDiscount } from "./cart.ts";
import type { PricedCart } from "./pricing.ts";

export function discountApplication(discount: CartDiscount) {
  const common = {
    target_type: discount.target === "shipping" ? "shipping_line" : "line_item",
    type: discount.type,
    value: discount.value,
    value_type: discount.valueType,
    allocation_method: discount.allocation,
    target_selection: discount.selection,
  };
  if (discount.type === "discount_code") return { ...common, code: discount.title };
  return discount.type === "manual"
    ? { ...common, title: discount.title, description: discount.title }
    : { ...common, title: discount.title };
}

export function discountCodes(cart: Cart, shop: PricedCart) {
  const everything = shop.shipping ? [...shop.lines, shop.shipping] : shop.lines;
  return cart.discounts.flatMap((discount, index) => {
    if (discount.type !== "discount_code") return [];
    const amount = everything
      .flatMap((line) => line.allocations)
      .reduce(
        (total, allocation) => (allocation.discount === index ? total.plus(allocation.amount) : total),
        zero,
      );
    const type = discount.target === "shipping" ? "shipping" : discount.valueType;
    return [{ code: discount.title, amount: amount.toFixed(2), type }];
  });
}
