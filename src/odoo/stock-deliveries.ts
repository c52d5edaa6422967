import type { OdooClient } from "./client.ts";
import { readLinks } from "./links.ts";
import { idIn } from "./ref.ts";
import { type ShopifyIds, shopifyIds } from "./shopify-orders.ts";
import { fulfillmentOf } from "./steps/fulfillment-link.ts";
import { isNews, knownNumbers, numbersIn } from "./steps/tracking-link.ts";
import { historyOf, type LineRow, type MoveRow, type PickingRow } from "./stock-delivery-history.ts";
import { fieldName } from "./versions.ts";

/** A validated delivery of an order that came from Shopify. */
export interface OdooDelivery {
  pickingId: number;
  /** "WH/OUT/00012" */
  reference: string;
  /** Shopify's order, as digits. */
  orderId: string;
  lines: OdooDeliveredLine[];
  tracking: { company: string | null; numbers: string[]; urls: string[] } | null;
  /** The stock.location that it left; 0 for none. */
  locationId: number;
  /** Shopify's fulfillment, as digits, when Shopify knows of it already; null: it has to be told. */
  fulfillmentId: string | null;
  /** All of it came back, by somebody's hand in Odoo. */
  takenBack: boolean;
  /** Products whose stock has to be told again once Shopify knows of it. */
  productIds: number[];
  /** The last change of the picking, or of its return: "2026-11-24 10:00:00". */
  changedAt: string;
}

export interface OdooDeliveredLine {
  /** Shopify's line item, as digits. */
  lineItemId: string;
  /** Of this delivery, in whole units. */
  quantity: number;
  /** Of this one and all before it, without what came back in between. */
  deliveredTotal: number;
}

export interface DeliveryReader {
  /**
   * What has to be told of these pickings, and of those that they take back: deliveries that Shopify does not know of,
   * and of those it knows what a person changed since.
   * @throws HoldfastError
   */
  read(pickingIds: readonly number[]): Promise<OdooDelivery[]>;
  /** Deliveries validated since then that may not have been told. @throws HoldfastError */
  doneSince(date: string): Promise<number[]>;
}

export function deliveryReader(client: OdooClient, { prefix }: { prefix: string }): DeliveryReader {
  const orderIds = shopifyIds(client, "sale.order", "order", prefix);
  const lineIds = shopifyIds(client, "sale.order.line", "line", prefix);
  let about: Promise<{ carrierFields: string[]; ownId: number }> | undefined;

  /** Without the app for delivery carriers pickings have no tracking. */
  async function ask(): Promise<{ carrierFields: string[]; ownId: number }> {
    const fields = (await client.call("stock.picking", "fields_get", {
      args: {
        allfields: ["carrier_id", "carrier_tracking_ref", "carrier_tracking_url"],
        attributes: ["type"],
      },
    })) as object;
    const users = (await client.call("res.users", "search_read", {
      args: { domain: [["login", "=", client.asked.login]], fields: ["login"] },
    })) as { id: number }[];
    return { carrierFields: Object.keys(fields), ownId: users[0]?.id ?? 0 };
  }

  async function setting() {
    about ??= ask().catch((error) => {
      about = undefined;
      throw error;
    });
    return about;
  }

  async function pickingsOf(domain: unknown[]): Promise<PickingRow[]> {
    const { carrierFields } = await setting();
    return (await client.call("stock.picking", "search_read", {
      args: {
        domain,
        fields: [
          ...["name", "sale_id", "location_id", "picking_type_id", "picking_type_code"],
          ...["date_done", "write_date", "write_uid"],
          ...carrierFields,
        ],
        order: "id",
      },
    })) as PickingRow[];
  }

  /** Done moves of all lines of these orders: what was delivered in all takes every picking. */
  async function movesOf(orders: number[]): Promise<MoveRow[]> {
    const { major } = await client.version();
    const quantity = fieldName(major, "stock.move", "quantity")!;
    const rows = (await client.call("stock.move", "search_read", {
      args: {
        domain: [
          ["sale_line_id.order_id", "in", orders],
          ["state", "=", "done"],
        ],
        fields: ["sale_line_id", "product_id", "picking_id", "origin_returned_move_id", quantity],
        order: "id",
      },
    })) as ({ id: number } & Record<string, unknown>)[];
    return rows.map((row) => ({
      id: row.id,
      line: idIn(row.sale_line_id),
      product: idIn(row.product_id),
      picking: idIn(row.picking_id),
      done: Number(row[quantity]),
      returns: idIn(row.origin_returned_move_id),
    }));
  }

  return {
    async doneSince(date) {
      const rows = (await client.call("stock.picking", "search_read", {
        args: {
          domain: [
            ["state", "=", "done"],
            ["sale_id", "!=", false],
            ["picking_type_code", "=", "outgoing"],
            ["date_done", ">=", date],
          ],
          fields: ["name"],
          order: "id",
        },
      })) as { id: number }[];
      return rows.map(({ id }) => id);
    },
    async read(pickingIds) {
      if (pickingIds.length === 0) return [];
      const { ownId } = await setting();
      const touched = await pickingsOf([
        ["id", "in", pickingIds],
        ["state", "=", "done"],
        ["sale_id", "!=", false],
      ]);
      const orders = await ordersAmong(orderIds, touched);
      if (orders.size === 0) return [];
      const moves = await movesOf([...orders.keys()]);
      const ids = [...new Set(moves.map(({ picking }) => picking))];
      // Before and after: a number that Shopify's own event writes meanwhile is known in one of the two.
      const before = await readLinks(client, "stock.picking", ids);
      const pickings = new Map((await pickingsOf([["id", "in", ids]])).map((row) => [row.id, row]));
      const lines = await linesOf(client, moves);
      const shopifyLines = await lineIds.of(lines.keys());
      const history = historyOf({ moves, pickings, lines, shopifyLines, ownId });
      const wanted = history.outgoing(new Set(touched.map(({ id }) => id)));
      const links = await readLinks(client, "stock.picking", wanted);
      return wanted.flatMap((id) => {
        const row = pickings.get(id)!;
        const bound = fulfillmentOf(links.get(id));
        const { byUs, ...delivery } = history.delivery(id);
        const known = [before, links].flatMap((some) => knownNumbers(some.get(id)) ?? []);
        const news = isNews(numbersIn(row.carrier_tracking_ref), known.length > 0 ? known : undefined);
        // Shopify knows of it, of its numbers too, and nobody but this package's own user changed it since.
        const told = byUs && news !== true;
        if (delivery.lines.length === 0 || (bound !== undefined && !delivery.takenBack && told)) return [];
        return [
          {
            ...delivery,
            pickingId: id,
            reference: row.name,
            orderId: orders.get(idIn(row.sale_id))!,
            tracking: trackingOf(row),
            locationId: idIn(row.location_id),
            fulfillmentId: bound === undefined ? null : (/_(\d+)$/.exec(bound)?.[1] ?? null),
          },
        ];
      });
    },
  };
}

/** Shopify's ids of those of these pickings' orders that came from there. */
async function ordersAmong(ids: ShopifyIds, pickings: readonly PickingRow[]): Promise<Map<number, string>> {
  return ids.of(pickings.map(({ sale_id }) => idIn(sale_id)));
}

async function linesOf(client: OdooClient, moves: readonly MoveRow[]): Promise<Map<number, LineRow>> {
  const rows = (await client.call("sale.order.line", "search_read", {
    args: {
      domain: [["id", "in", [...new Set(moves.map(({ line }) => line))]]],
      fields: ["product_id", "qty_delivered"],
    },
  })) as LineRow[];
  return new Map(rows.map((row) => [row.id, row]));
}

function trackingOf({
  carrier_id,
  carrier_tracking_ref,
  carrier_tracking_url,
}: PickingRow): OdooDelivery["tracking"] {
  const numbers = numbersIn(carrier_tracking_ref);
  const company = carrier_id ? carrier_id[1] : null;
  if (numbers.length === 0 && company === null) return null;
  // Several parcels have their addresses in a list of pairs that only Odoo's own page reads.
  const urls = carrier_tracking_url && /^https?:/.test(carrier_tracking_url) ? [carrier_tracking_url] : [];
  return { company, numbers, urls };
}
