import { makeOrder } from "../sandbox/shopify/index.ts";

/** As long as the payloads that other queues were measured with. */
export const bodyBytes = 5_055;

/** Not needed to recognise an order; left out, longest first in effect, until it fits. */
const leaveOut =
  /^(client_details|.*_set|landing_site.*|discount_applications|discount_codes|order_status_url|tax_lines)$/;

/** Different orders of Shopify's shape, each of exactly `bodyBytes`, with ids as they come: some beyond 2^53. */
export function orderBodies(count: number): string[] {
  const templates = Array.from({ length: 200 }, (_, at) => makeOrder(7, 1001 + at).body)
    .map(shorten)
    .filter((order) => order !== null);
  if (templates.length === 0) throw new Error("No order of the sandbox can be made short enough.");
  return Array.from({ length: count }, (_, at) => {
    const order = templates[at % templates.length]!;
    const digits = String(rawNumber(order.id)).length;
    const id = String(10n ** BigInt(digits - 1) * 5n + BigInt(at) * 1_000n);
    const own = {
      ...order,
      id: JSON.rawJSON(id),
      admin_graphql_api_id: `gid://shopify/Order/${id}`,
      note: "",
    };
    const missing = bodyBytes - Buffer.byteLength(JSON.stringify(own));
    return JSON.stringify({ ...own, note: "n".repeat(missing) });
  });
}

type Order = Record<string, unknown>;

function shorten(text: string): Order | null {
  const order = JSON.parse(text, (_key, value, context: { source?: string } = {}) =>
    typeof value === "number" ? JSON.rawJSON(context.source!) : value,
  ) as Order;
  const optional = Object.keys(order).filter((name) => leaveOut.test(name));
  // Room for the id that takes this one's place.
  while (Buffer.byteLength(JSON.stringify(order)) > bodyBytes - 50) {
    const name = optional.pop();
    if (name === undefined) return null;
    delete order[name];
  }
  return order;
}

function rawNumber(raw: unknown): string {
  return JSON.stringify(raw);
}
