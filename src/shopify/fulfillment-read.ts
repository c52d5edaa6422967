import { HoldfastError } from "../failure.ts";
import { inChunks } from "../group.ts";
import { idDigits } from "../shopify-id.ts";
import type { AdminClient, AdminOperation } from "./admin.ts";
import {
  readFulfillmentLinesOperation,
  readFulfillmentsOperation,
  readOrderLinesOperation,
  readOrderOperation,
} from "./fulfillment-operations.ts";

export interface OrderShipping {
  /** "#1001" */
  name: string;
  cancelled: boolean;
  open: OpenShipment[];
  /** Those that were not cancelled. */
  done: DoneShipment[];
}

/** A fulfillment order, as far as something of it is left. */
export interface OpenShipment {
  id: string;
  status: string;
  canFulfil: boolean;
  /** Why it waits: "AWAITING_PAYMENT: …"; null when nobody holds it. */
  hold: string | null;
  locationId: string | null;
  locationName: string;
  lines: { id: string; lineItemId: string; name: string; remaining: number }[];
}

/** A fulfillment that stands. */
export interface DoneShipment {
  id: string;
  status: string;
  tracking: TrackingState;
  lines: { lineItemId: string; quantity: number }[];
}

export interface TrackingState {
  company: string | null;
  numbers: string[];
  urls: string[];
}

interface Connection<T> {
  nodes: T[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
interface OrderLineNode {
  id: string;
  remainingQuantity: number;
  lineItem: { id: string; name: string };
}
interface OrderNode {
  name: string;
  cancelledAt: string | null;
  fulfillments: { id: string; status: string }[];
  fulfillmentOrders: Connection<{
    id: string;
    status: string;
    assignedLocation: { name: string; location: { id: string } | null };
    supportedActions: { action: string }[];
    fulfillmentHolds: { reason: string; reasonNotes: string | null }[];
    lineItems: Connection<OrderLineNode>;
  }>;
}
interface DoneLineNode {
  quantity: number | null;
  lineItem: { id: string };
}
interface DoneNode {
  id: string;
  status?: string;
  trackingInfo?: { company: string | null; number: string | null; url: string | null }[];
  fulfillmentLineItems?: Connection<DoneLineNode>;
}

/** Fulfillments in one query. */
const mostFulfillments = 6;

/** What was shipped of an order and what is left. @throws HoldfastError `dependency` when there is no such order. */
export async function readOrderShipping(client: AdminClient, orderGid: string): Promise<OrderShipping> {
  const open: OpenShipment[] = [];
  let order: OrderNode | null = null;
  for (let after: string | null = null; ; ) {
    const page: { order: OrderNode | null } = await client.run(readOrderOperation, {
      order: orderGid,
      after,
    });
    if (!page.order)
      throw new HoldfastError({
        class: "dependency",
        code: "order_not_found",
        message: `Shopify has no order ${idDigits(orderGid)}.`,
        hint: "It was deleted, or is older than 60 days and the app lacks the scope read_all_orders.",
        source: "shopify",
      });
    order = page.order;
    for (const one of order.fulfillmentOrders.nodes) {
      const rest = await restOf<OrderLineNode>(
        client,
        readOrderLinesOperation,
        one.id,
        "lineItems",
        one.lineItems,
      );
      const lines = [...one.lineItems.nodes, ...rest].map(({ id, remainingQuantity, lineItem }) => ({
        id,
        lineItemId: idDigits(lineItem.id) ?? lineItem.id,
        name: lineItem.name,
        remaining: remainingQuantity,
      }));
      const [hold] = one.fulfillmentHolds;
      open.push({
        id: one.id,
        status: one.status,
        canFulfil: one.supportedActions.some(({ action }) => action === "CREATE_FULFILLMENT"),
        hold: hold ? [hold.reason, hold.reasonNotes].filter(Boolean).join(": ") : null,
        locationId: idDigits(one.assignedLocation.location?.id),
        locationName: one.assignedLocation.name,
        lines: lines.filter(({ remaining }) => remaining > 0),
      });
    }
    const { hasNextPage, endCursor } = order.fulfillmentOrders.pageInfo;
    if (!hasNextPage) break;
    after = endCursor;
  }
  const standing = order.fulfillments.filter(({ status }) => status === "SUCCESS").map(({ id }) => id);
  return {
    name: order.name,
    cancelled: order.cancelledAt !== null,
    open: open.filter(({ lines }) => lines.length > 0),
    done: await readFulfillments(client, standing),
  };
}

/** Those of these fulfillments that exist. */
export async function readFulfillments(client: AdminClient, ids: readonly string[]): Promise<DoneShipment[]> {
  const done: DoneShipment[] = [];
  for (const chunk of inChunks(ids, mostFulfillments)) {
    const { nodes } = await client.run<{ nodes: (DoneNode | null)[] }>(
      readFulfillmentsOperation,
      { ids: chunk },
      chunk.length,
    );
    for (const node of nodes) {
      if (!node?.fulfillmentLineItems) continue;
      const first = node.fulfillmentLineItems;
      const rest = await restOf<DoneLineNode>(
        client,
        readFulfillmentLinesOperation,
        node.id,
        "fulfillmentLineItems",
        first,
      );
      const infos = node.trackingInfo ?? [];
      done.push({
        id: node.id,
        status: node.status ?? "",
        tracking: {
          company: infos.find(({ company }) => company)?.company ?? null,
          numbers: infos.flatMap(({ number }) => number || []),
          urls: infos.flatMap(({ url }) => url || []),
        },
        lines: [...first.nodes, ...rest].map(({ quantity, lineItem }) => ({
          lineItemId: idDigits(lineItem.id) ?? lineItem.id,
          quantity: quantity ?? 0,
        })),
      });
    }
  }
  return done;
}

/** The pages after the first one. */
async function restOf<T>(
  client: AdminClient,
  operation: AdminOperation,
  id: string,
  field: string,
  first: Connection<T>,
): Promise<T[]> {
  const all: T[] = [];
  let { pageInfo } = first;
  while (pageInfo.hasNextPage) {
    const { node } = await client.run<{ node: Record<string, Connection<T>> }>(operation, {
      id,
      after: pageInfo.endCursor,
    });
    all.push(...node[field]!.nodes);
    pageInfo = node[field]!.pageInfo;
  }
  return all;
}
