/** What the shop's staff and its apps do to orders, and who is told of it (https://shopify.dev/docs/api/webhooks/2026-10). */
import { parseBigJson } from "./big-json.ts";
import { makeRefund, type RefundWish, staysUnshipped } from "./order-refunds.ts";
import type {
  Fulfillment,
  FulfillmentOrder,
  FulfillmentPayload,
  LinePayload,
  Order,
  OrderPayload,
  RefundPayload,
  TrackingInput,
} from "./order-shapes.ts";
import type { Item, Level, Location, Stock } from "./stock.ts";

export interface OrderBook {
  readonly orders: Order[];
  order(id: string | undefined): Order | undefined;
  fulfillmentOrder(id: string | undefined): FulfillmentOrder | undefined;
  fulfillment(id: string | undefined): Fulfillment | undefined;
  /** Takes an order in and commits its stock, at `locationId` or wherever enough is available. */
  place(body: string, locationId?: string): Order;
  /** Gives committed stock back, as the admin does when it cancels with restock. */
  cancel(order: Order): void;
  hold(order: Order, reason: string): void;
  releaseHold(order: Order): void;
  fulfil(
    wanted: { from: FulfillmentOrder["lines"][number]; of: FulfillmentOrder; quantity: number }[],
    tracking: TrackingInput,
  ): Fulfillment;
  track(fulfillment: Fulfillment, tracking: TrackingInput): void;
  cancelFulfillment(fulfillment: Fulfillment): void;
  /** Gives money back, and goods to the shelf where that is wished. */
  refund(order: Order, wishes: RefundWish[], note?: string): RefundPayload;
  refundOf(id: string | undefined): { order: Order; refund: RefundPayload } | undefined;
}

export function makeOrderBook(
  now: () => string,
  stock: Stock,
  announce: (topic: string, payload: unknown) => void,
): OrderBook {
  const orders: Order[] = [];
  let lastId = 6_000_000_000_000;
  const nextId = (): string => String(++lastId);

  function touch(order: Order): void {
    order.payload.updated_at = now();
    announce("orders/updated", order.payload);
  }

  // An order makes available stock committed, its shipment ends that: https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps
  function commit(item: Item | undefined, location: Location, quantity: number): void {
    const level = levelOf(item, location);
    if (level)
      stock.change(level, { available: level.available - quantity, committed: level.committed + quantity });
  }

  function levelOf(item: Item | undefined, location: Location): Level | undefined {
    return item?.tracked ? stock.levelToChange(item, location) : undefined;
  }

  // The first with enough. Shopify also weighs packages, markets and distance: https://help.shopify.com/en/manual/fulfillment/setup/order-routing/understanding-order-routing
  function locationFor(line: LinePayload, item: Item | undefined): Location {
    const active = stock.locations.filter((location) => location.active && location.fulfillsOnlineOrders);
    const stocked = active.filter((location) => item && stock.level(item.id, location.id)?.active);
    const enough = stocked.find((location) => stock.level(item!.id, location.id)!.available >= line.quantity);
    const location = enough ?? stocked[0] ?? active[0];
    if (!location) throw new Error("The sandbox's shop has no active location that fulfills online orders.");
    return location;
  }

  // Made for an order, by location: https://shopify.dev/docs/api/admin-graphql/2026-10/objects/FulfillmentOrder
  // Our choice: at once, and none for what needs no shipping.
  function openFulfillmentOrders(order: Order, lines: LinePayload[], locationId: string | undefined): void {
    const chosen = stock.location(locationId);
    for (const line of lines) {
      if (!line.requires_shipping || line.fulfillable_quantity === 0) continue;
      const item = line.variant_id === null ? undefined : stock.itemOfVariant(String(line.variant_id));
      const location = chosen ?? locationFor(line, item);
      let fulfillmentOrder = order.fulfillmentOrders.find(
        (one) => one.location === location && one.status === "OPEN",
      );
      if (!fulfillmentOrder) {
        fulfillmentOrder = {
          id: nextId(),
          order,
          location,
          status: "OPEN",
          hold: null,
          updatedAt: now(),
          lines: [],
        };
        order.fulfillmentOrders.push(fulfillmentOrder);
      }
      const quantity = line.fulfillable_quantity;
      fulfillmentOrder.lines.push({ id: nextId(), line, item, total: quantity, remaining: quantity });
      commit(item, location, quantity);
    }
  }

  /**
   * Units that will not be shipped any more are no longer committed; "cancel" puts them back: https://shopify.dev/docs/api/admin-graphql/2026-10/enums/RefundLineItemRestockType
   * Not documented; assumed: a fulfillment order with nothing left is closed.
   */
  function takeOut(order: Order, line: LinePayload, quantity: number, restock: boolean): void {
    let left = quantity;
    for (const one of order.fulfillmentOrders)
      for (const entry of one.lines) {
        if (entry.line !== line || left === 0) continue;
        const taken = Math.min(left, entry.remaining);
        entry.remaining -= taken;
        left -= taken;
        const level = levelOf(entry.item, one.location);
        if (restock) commit(entry.item, one.location, -taken);
        else if (level) stock.change(level, { committed: level.committed - taken });
        if (one.lines.every(({ remaining }) => remaining === 0)) one.status = "CLOSED";
      }
  }

  // Partial once something is fulfilled, fulfilled once all is: https://shopify.dev/docs/api/admin-graphql/2026-10/enums/OrderCreateFulfillmentStatus
  function setStatuses(order: Order): void {
    for (const line of order.payload.line_items) {
      const open = line.fulfillable_quantity;
      const shipped = line.requires_shipping ? shippedOf(order, line) : line.quantity - open;
      line.fulfillment_status = shipped === 0 ? null : open === 0 ? "fulfilled" : "partial";
    }
    const shipped = order.payload.line_items.filter((line) => line.requires_shipping);
    const done = shipped.filter((line) => line.fulfillment_status === "fulfilled");
    order.payload.fulfillment_status =
      done.length === shipped.length
        ? "fulfilled"
        : shipped.some((line) => line.fulfillment_status !== null)
          ? "partial"
          : null;
  }

  function shippedOf(order: Order, line: LinePayload): number {
    const lines = order.payload.fulfillments
      .filter(({ status }) => status === "success")
      .flatMap(({ line_items }) => line_items);
    return lines.reduce((units, one) => units + (one.id === line.id ? one.quantity : 0), 0);
  }

  return {
    orders,
    order: (id) => orders.find((order) => order.id === id),
    fulfillmentOrder: (id) => orders.flatMap((order) => order.fulfillmentOrders).find((one) => one.id === id),
    fulfillment: (id) => orders.flatMap((order) => order.fulfillments).find((one) => one.id === id),

    place(body, locationId) {
      const payload = parseBigJson<OrderPayload>(body);
      payload.created_at = now();
      payload.processed_at = payload.created_at;
      payload.updated_at = payload.created_at;
      const order: Order = { id: String(payload.id), payload, fulfillmentOrders: [], fulfillments: [] };
      orders.push(order);
      openFulfillmentOrders(order, payload.line_items, locationId);
      announce("orders/create", payload);
      return order;
    },

    // With `restock`: https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/orderCancel
    // Not documented; assumed: its open fulfillment orders are cancelled.
    cancel(order) {
      order.payload.cancelled_at = now();
      order.payload.cancel_reason = "customer";
      for (const fulfillmentOrder of order.fulfillmentOrders) {
        if (fulfillmentOrder.status === "CLOSED") continue;
        for (const entry of fulfillmentOrder.lines) {
          commit(entry.item, fulfillmentOrder.location, -entry.remaining);
          entry.line.fulfillable_quantity -= entry.remaining;
          entry.line.current_quantity -= entry.remaining;
          entry.remaining = 0;
        }
        fulfillmentOrder.status = "CANCELLED";
        fulfillmentOrder.updatedAt = now();
      }
      order.payload.updated_at = now();
      announce("orders/cancelled", order.payload);
      announce("orders/updated", order.payload);
    },

    // https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/fulfillmentOrderHold
    hold(order, reason) {
      for (const one of order.fulfillmentOrders)
        if (one.status === "OPEN") Object.assign(one, { status: "ON_HOLD", hold: reason, updatedAt: now() });
    },

    // https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/fulfillmentOrderReleaseHold
    releaseHold(order) {
      for (const one of order.fulfillmentOrders)
        if (one.status === "ON_HOLD") Object.assign(one, { status: "OPEN", hold: null, updatedAt: now() });
    },

    fulfil(wanted, tracking) {
      const { order, location } = wanted[0]!.of;
      for (const { from, of, quantity } of wanted) {
        from.remaining -= quantity;
        from.line.fulfillable_quantity -= quantity;
        // What leaves is no longer committed, and no longer on hand: https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps
        const level = levelOf(from.item, of.location);
        if (level) stock.change(level, { committed: level.committed - quantity });
        // Closed when complete: https://shopify.dev/docs/api/admin-graphql/2026-10/enums/FulfillmentOrderStatus
        // Not documented, but said in Shopify's forum: in progress after a part. https://community.shopify.com/t/what-chagens-the-fulfillmentorderstatus-from-open-to-in-progress/226952
        of.status = of.lines.every((line) => line.remaining === 0) ? "CLOSED" : "IN_PROGRESS";
        of.updatedAt = now();
      }
      const id = nextId();
      const payload: FulfillmentPayload = {
        id: Number(id),
        admin_graphql_api_id: `gid://shopify/Fulfillment/${id}`,
        order_id: order.payload.id,
        name: `${order.payload.name}.${order.fulfillments.length + 1}`,
        status: "success",
        created_at: now(),
        updated_at: now(),
        location_id: Number(location.id),
        service: "manual",
        shipment_status: null,
        tracking_company: null,
        tracking_number: null,
        tracking_numbers: [],
        tracking_url: null,
        tracking_urls: [],
        line_items: wanted.map(({ from, quantity }) => ({ ...from.line, quantity })),
      };
      setTracking(payload, tracking);
      const fulfillment: Fulfillment = {
        id,
        order,
        payload,
        taken: wanted.map(({ from, of, quantity }) => ({ from, location: of.location, quantity })),
      };
      order.fulfillments.push(fulfillment);
      order.payload.fulfillments.push(payload);
      setStatuses(order);
      payload.line_items = payload.line_items.map((line) => ({
        ...line,
        fulfillment_status: wanted.find(({ from }) => from.line.id === line.id)!.from.line.fulfillment_status,
      }));
      announce("fulfillments/create", payload);
      touch(order);
      const all = order.payload.fulfillment_status === "fulfilled";
      announce(all ? "orders/fulfilled" : "orders/partially_fulfilled", order.payload);
      return fulfillment;
    },

    track(fulfillment, tracking) {
      setTracking(fulfillment.payload, tracking);
      fulfillment.payload.updated_at = now();
      announce("fulfillments/update", fulfillment.payload);
      touch(fulfillment.order);
    },

    // The quantities become open again in a new fulfillment order: https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/fulfillmentCancel
    // Our choice: also where the old one is still open, which on that page gets them back.
    // Not documented; assumed: they are committed again.
    cancelFulfillment(fulfillment) {
      const { payload, order, taken } = fulfillment;
      payload.status = "cancelled";
      payload.updated_at = now();
      for (const { from, location, quantity } of taken) {
        from.line.fulfillable_quantity += quantity;
        const level = levelOf(from.item, location);
        if (level) stock.change(level, { committed: level.committed + quantity });
        order.fulfillmentOrders.push({
          id: nextId(),
          order,
          location,
          status: "OPEN",
          hold: null,
          updatedAt: now(),
          lines: [{ id: nextId(), line: from.line, item: from.item, total: quantity, remaining: quantity }],
        });
      }
      setStatuses(order);
      announce("fulfillments/update", payload);
      touch(order);
    },

    refund(order, wishes, note) {
      for (const { line, quantity, restock } of wishes)
        if (staysUnshipped(line, restock)) takeOut(order, line, quantity, restock === "cancel");
      const refund = makeRefund(order, wishes, { nextId, at: now(), note: note ?? null });
      for (const { line, quantity, restock, locationId } of wishes) {
        const item = line.variant_id === null ? undefined : stock.itemOfVariant(String(line.variant_id));
        const location = stock.location(locationId);
        // Back on the shelf where the refund says: https://shopify.dev/docs/api/admin-graphql/2026-10/input-objects/RefundLineItemInput
        const level = restock === "return" && location ? levelOf(item, location) : undefined;
        if (level) stock.change(level, { available: level.available + quantity });
      }
      order.payload.refunds.push(refund);
      setStatuses(order);
      announce("refunds/create", refund);
      touch(order);
      return refund;
    },

    refundOf(id) {
      for (const order of orders)
        for (const refund of order.payload.refunds) if (String(refund.id) === id) return { order, refund };
      return undefined;
    },
  };
}

/**
 * https://shopify.dev/docs/api/admin-graphql/2026-10/input-objects/FulfillmentTrackingInput
 * Our choice: lists win over the single fields, and no address is made from a carrier's name.
 */
function setTracking(payload: FulfillmentPayload, tracking: TrackingInput): void {
  const numbers = tracking.numbers ?? (tracking.number ? [tracking.number] : []);
  const urls = tracking.urls ?? (tracking.url ? [tracking.url] : []);
  payload.tracking_company = tracking.company ?? null;
  payload.tracking_numbers = numbers;
  payload.tracking_number = numbers[0] ?? null;
  payload.tracking_urls = urls;
  payload.tracking_url = urls[0] ?? null;
}
