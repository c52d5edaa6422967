import { shopCatalogue } from "../sandbox/catalogue.ts";
import { both, item, order } from "../test/sync/order-builder.ts";

/** One order of three lines, taxed at 10 %, of one of fifty returning customers. */
export interface BenchOrder {
  payload: Record<string, unknown>;
  number: number;
  customer: number;
  lines: { id: string; sku: string; price: string; quantity: number }[];
}

const customers = 50;
const goods = shopCatalogue.filter(({ type }) => type === "goods");

/** @param run keeps the ids of one run of the bench apart from those of another. */
export function benchOrders(run: number, from: number, count: number): BenchOrder[] {
  return Array.from({ length: count }, (_, at) => benchOrder(run, from + at));
}

function benchOrder(run: number, number: number): BenchOrder {
  const customer = number % customers;
  const id = `${run}${String(number).padStart(6, "0")}`;
  const lines = [0, 1, 2].map((at) => ({
    id: `${id}${at}`,
    sku: goods[(number * 7 + at) % goods.length]!.sku,
    price: `${10 + ((number + at) % 40)}.00`,
    quantity: 1 + at,
  }));
  const net = lines.reduce((sum, { price, quantity }) => sum + Number(price) * quantity, 0);
  const address = {
    name: `Customer ${customer}`,
    address1: `${customer} Harbour Street`,
    city: "Leeds",
    zip: "LS1 1AA",
    country_code: "GB",
  };
  const payload = order({
    currency: "USD",
    total: (net * 1.1).toFixed(2),
    tax: (net * 0.1).toFixed(2),
    items: lines.map(({ id, sku, price, quantity }) =>
      item({
        id,
        sku,
        title: sku,
        price,
        quantity,
        taxes: [{ title: "Sales tax", rate: 0.1, price: (Number(price) * quantity * 0.1).toFixed(2) }],
        more: { price_set: both(price, "USD"), fulfillable_quantity: quantity, current_quantity: quantity },
      }),
    ),
    more: {
      id,
      name: `#${number}`,
      email: emailOf(customer),
      customer: {
        id: 9_000_000 + customer,
        first_name: "Customer",
        last_name: String(customer),
        email: emailOf(customer),
      },
      billing_address: address,
      shipping_address: address,
      financial_status: "paid",
      total_outstanding: "0.00",
    },
  });
  return { payload, number, customer, lines };
}

export function emailOf(customer: number): string {
  return `customer-${customer}@example.com`;
}
