import { HoldfastError } from "../failure.ts";
import type { AdminClient, AdminOperation } from "./admin.ts";
import {
  findOrdersByIdOperation,
  findOrdersOperation,
  linesAtOnce,
  readFulfillmentOperation,
  readOrderLinesOperation,
  readOrderOperation,
  readRefundOperation,
} from "./order-reader-queries.ts";
import type {
  FulfillmentNode,
  LineNode,
  OrderChange,
  OrderNode,
  Page,
  RefundNode,
  WholeOrder,
} from "./order-reader-shapes.ts";

/** Which orders to look at: by when they changed, or by when they were placed. Times in milliseconds since 1970. */
export interface OrderRange {
  by: "updated" | "created";
  from: number;
  to: number;
}

const ordersAtOnce = 50;
/** An order that changes while it is read is read again. */
const readAttempts = 5;

/** How each page is asked for: with patience, for instance. */
type Asking = <T>(work: () => Promise<T>) => Promise<T>;

/** The orders of a range, oldest first, page by page within the cost budget. @throws HoldfastError */
export async function* findOrders(
  client: AdminClient,
  range: OrderRange,
  asking: Asking = (work) => work(),
): AsyncGenerator<OrderChange[]> {
  const field = `${range.by}_at`;
  const operation = findOrdersOperation(range.by === "updated" ? "UPDATED_AT" : "CREATED_AT");
  // Search compares whole seconds.
  const query = `${field}:>='${second(range.from)}' ${field}:<='${second(range.to)}'`;
  let after: string | null = null;
  do {
    const variables: Record<string, unknown> = { query, first: ordersAtOnce, after };
    const { orders }: { orders: Page<OrderChange> } = await asking(() =>
      client.run<{ orders: Page<OrderChange> }>(operation, variables, ordersAtOnce),
    );
    yield orders.nodes;
    after = orders.pageInfo.hasNextPage ? orders.pageInfo.endCursor : null;
  } while (after !== null);
}

/** Orders by their ids; null in place of one that the app can't see. @throws HoldfastError */
export async function findOrdersById(
  client: AdminClient,
  ids: readonly string[],
): Promise<(OrderChange | null)[]> {
  const found: (OrderChange | null)[] = [];
  for (let at = 0; at < ids.length; at += ordersAtOnce) {
    const some = ids.slice(at, at + ordersAtOnce);
    const { nodes } = await client.run<{ nodes: (OrderChange | null)[] }>(
      findOrdersByIdOperation,
      { ids: some.map((id) => `gid://shopify/Order/${id}`) },
      some.length,
    );
    found.push(...nodes.map((node) => (node?.id ? node : null)));
  }
  return found;
}

/**
 * A whole order as it was at one moment: whatever changes while its parts are read, it is read again.
 * Null when the app can't see it: deleted meanwhile, or too old.
 * @throws HoldfastError
 */
export async function readOrder(client: AdminClient, id: string): Promise<WholeOrder | null> {
  for (let attempt = 1; attempt <= readAttempts; attempt++) {
    const { order } = await client.run<{ order: OrderNode | null }>(
      readOrderOperation,
      { id, lines: linesAtOnce },
      linesAtOnce,
    );
    if (order === null) return null;
    const whole = await readParts(client, order);
    if (whole !== null) return whole;
  }
  throw new HoldfastError({
    class: "conflict",
    code: "order_keeps_changing",
    message: `Shopify's order ${id} changed each of the ${readAttempts} times it was read.`,
    source: "shopify",
  });
}

/** Null when the order changed meanwhile. */
async function readParts(client: AdminClient, order: OrderNode): Promise<WholeOrder | null> {
  for (const [what, part] of [
    ["discounts", order.discountApplications],
    ["shipping lines", order.shippingLines],
  ] as const)
    if (part.pageInfo.hasNextPage) throw tooMany(order.name, what);
  const same = (read: { updatedAt: string } | null | undefined): boolean =>
    read?.updatedAt === order.updatedAt;

  const lines = [...order.lineItems.nodes];
  for (let { pageInfo } = order.lineItems; pageInfo.hasNextPage; ) {
    const more = await readLines<{ updatedAt: string; lineItems: Page<LineNode> }>(
      client,
      readOrderLinesOperation,
      "order",
      order.id,
      pageInfo.endCursor,
    );
    if (!same(more)) return null;
    lines.push(...more!.lineItems.nodes);
    pageInfo = more!.lineItems.pageInfo;
  }
  const refunds: RefundNode[] = [];
  for (const { id } of order.refunds) {
    const refund = await readWhole<RefundNode>(
      client,
      readRefundOperation,
      "refund",
      id,
      ({ refundLineItems }) => refundLineItems,
    );
    if (!same(refund?.order)) return null;
    for (const [what, part] of [
      ["refunded shipping lines", refund!.refundShippingLines],
      ["adjustments in one refund", refund!.orderAdjustments],
      ["transactions in one refund", refund!.transactions],
    ] as const)
      if (part.pageInfo.hasNextPage) throw tooMany(order.name, what);
    refunds.push(refund!);
  }
  const fulfillments: FulfillmentNode[] = [];
  for (const { id } of order.fulfillments) {
    const fulfillment = await readWhole<FulfillmentNode>(
      client,
      readFulfillmentOperation,
      "fulfillment",
      id,
      ({ fulfillmentLineItems }) => fulfillmentLineItems,
    );
    if (!same(fulfillment?.order)) return null;
    fulfillments.push(fulfillment!);
  }
  return { order, lines, refunds, fulfillments };
}

/** A record with all pages of its lines put into the first. */
async function readWhole<Node>(
  client: AdminClient,
  operation: AdminOperation,
  field: string,
  id: string,
  linesOf: (node: Node) => Page<unknown>,
): Promise<Node | null> {
  const node = await readLines<Node>(client, operation, field, id, null);
  if (node === null) return null;
  const lines = linesOf(node);
  for (let { pageInfo } = lines; pageInfo.hasNextPage; ) {
    const more = await readLines<Node>(client, operation, field, id, pageInfo.endCursor);
    if (more === null) return null;
    lines.nodes.push(...linesOf(more).nodes);
    pageInfo = linesOf(more).pageInfo;
  }
  return node;
}

async function readLines<Node>(
  client: AdminClient,
  operation: AdminOperation,
  field: string,
  id: string,
  after: string | null,
): Promise<Node | null> {
  const data = await client.run<Record<string, Node | null>>(
    operation,
    { id, lines: linesAtOnce, after },
    linesAtOnce,
  );
  return data[field] ?? null;
}

function tooMany(name: string, what: string): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code: "order_too_large",
    message: `Order ${name} has more ${what} than shopify-backfill reads.`,
    hint: "Enter it in Odoo by hand, or send its webhook again by a change in Shopify, such as a tag.",
    source: "shopify",
  });
}

function second(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
