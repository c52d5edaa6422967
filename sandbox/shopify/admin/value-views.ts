/** Values that webhooks and the Admin API write differently. */
type Json = Record<string, unknown>;

/** Times are in UTC here, in the shop's zone in webhooks: https://shopify.dev/docs/api/admin-graphql/2026-10/scalars/DateTime */
export function timeView(iso: unknown): string | null {
  return typeof iso === "string" ? `${new Date(iso).toISOString().slice(0, 19)}Z` : null;
}

/** https://shopify.dev/docs/api/admin-graphql/2026-10/objects/MoneyBag */
export function moneyView(set: unknown) {
  if (set === null || set === undefined) return null;
  const { shop_money, presentment_money } = set as Record<string, Json>;
  return { shopMoney: moneyPart(shop_money!), presentmentMoney: moneyPart(presentment_money!) };
}

// Without the zeros that mean nothing, as the examples of https://shopify.dev/docs/api/admin-graphql/2026-10/objects/MoneyV2 have it: "14.0".
function moneyPart({ amount, currency_code }: Json) {
  const [whole, fraction = ""] = String(amount).split(".");
  return { amount: `${whole}.${fraction.replace(/0+$/, "") || "0"}`, currencyCode: currency_code };
}

/** Shop money that the payload tells without a set. */
export function shopMoneyView(amount: unknown, currency: unknown) {
  const money = { amount: String(amount ?? "0"), currency_code: currency };
  return moneyView({ shop_money: money, presentment_money: money });
}

/** "line_item" is LINE_ITEM. */
export function enumView(value: unknown): string | null {
  return typeof value === "string" ? value.toUpperCase() : null;
}

export function attributeViews(list: unknown) {
  return ((list ?? []) as Json[]).map(({ name, value }) => ({ key: name, value: String(value) }));
}
