/** Orders with their fulfillment orders, fulfillments and refunds; the payloads are what webhooks send. */
import type { Item, Location } from "./stock.ts";

type Id = number | bigint | string;

export interface OrderPayload {
  id: Id;
  name: string;
  created_at: string;
  updated_at: string;
  processed_at: string;
  cancelled_at: string | null;
  cancel_reason: string | null;
  fulfillment_status: string | null;
  location_id: Id | null;
  line_items: LinePayload[];
  fulfillments: FulfillmentPayload[];
  refunds: RefundPayload[];
  [field: string]: unknown;
}

export interface LinePayload {
  id: Id;
  name: string;
  title: string;
  sku: string | null;
  variant_id: Id | null;
  quantity: number;
  current_quantity: number;
  fulfillable_quantity: number;
  fulfillment_status: string | null;
  requires_shipping: boolean;
  [field: string]: unknown;
}

/** https://shopify.dev/docs/api/webhooks/2026-10?reference=toml#list-of-topics-fulfillments/create */
export interface FulfillmentPayload {
  id: Id;
  admin_graphql_api_id: string;
  order_id: Id;
  name: string;
  status: "success" | "cancelled";
  created_at: string;
  updated_at: string;
  location_id: Id;
  service: string;
  shipment_status: null;
  tracking_company: string | null;
  tracking_number: string | null;
  tracking_numbers: string[];
  tracking_url: string | null;
  tracking_urls: string[];
  line_items: LinePayload[];
}

/** https://shopify.dev/docs/api/webhooks/2026-10?reference=toml#list-of-topics-refunds/create */
export interface RefundPayload {
  id: Id;
  admin_graphql_api_id: string;
  order_id: Id;
  created_at: string;
  processed_at: string;
  note: string | null;
  refund_line_items: RefundLinePayload[];
  refund_shipping_lines: unknown[];
  order_adjustments: unknown[];
  transactions: Record<string, unknown>[];
  [field: string]: unknown;
}

export interface RefundLinePayload {
  id: Id;
  line_item_id: Id;
  line_item: LinePayload;
  quantity: number;
  restock_type: "cancel" | "return" | "no_restock";
  location_id: Id | null;
  [field: string]: unknown;
}

export interface Order {
  id: string;
  payload: OrderPayload;
  fulfillmentOrders: FulfillmentOrder[];
  fulfillments: Fulfillment[];
}

export interface FulfillmentOrder {
  id: string;
  order: Order;
  location: Location;
  status: "OPEN" | "IN_PROGRESS" | "ON_HOLD" | "CLOSED" | "CANCELLED";
  hold: string | null;
  updatedAt: string;
  lines: { id: string; line: LinePayload; item: Item | undefined; total: number; remaining: number }[];
}

export interface Fulfillment {
  id: string;
  order: Order;
  payload: FulfillmentPayload;
  /** What it took from which fulfillment order, to give it back when it is cancelled. */
  taken: { from: FulfillmentOrder["lines"][number]; location: Location; quantity: number }[];
}

export interface TrackingInput {
  company?: string | null;
  number?: string | null;
  numbers?: string[] | null;
  url?: string | null;
  urls?: string[] | null;
}
