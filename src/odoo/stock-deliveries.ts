import { groupBy } from "../group.ts";
import { type Decimal, decimal, zero } from "../money.ts";
import type { OdooClient } from "./client.ts";
import { readLinks } from "./links.ts";
import { type ShopifyIds, shopifyIds } from "./shopify-orders.ts";
import { fulfillmentOf } from "./steps/fulfillment-link.ts";
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

type Ref = [id: number, name: string] | false;
interface PickingRow {
  id: number;
  name: string;
  sale_id: Ref;
  location_id: Ref;
  picking_type_id: [number, string];
  picking_type_code: string;
  date_done: string | false;
  write_date: string;
  write_uid: Ref;
  carrier_id?: Ref;
  carrier_tracking_ref?: string | false;
  carrier_tracking_url?: string | false;
}
interface MoveRow {
  id: number;
  line: number;
  product: number;
  picking: number;
  done: number;
  returns: number;
}
interface LineRow {
  id: number;
  product_id: Ref;
  qty_delivered: number;
}

const idIn = (ref: unknown): number => ((ref as Ref | undefined) || [0])[0];

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
      const pickings = new Map(
        (await pickingsOf([["id", "in", [...new Set(moves.map(({ picking }) => picking))]]])).map((row) => [
          row.id,
          row,
        ]),
      );
      const lines = await linesOf(client, moves);
      const shopifyLines = await lineIds.of(lines.keys());
      const history = historyOf({ moves, pickings, lines, shopifyLines, ownId });
      const wanted = history.outgoing(new Set(touched.map(({ id }) => id)));
      const links = await readLinks(client, "stock.picking", wanted);
      return wanted.flatMap((id) => {
        const row = pickings.get(id)!;
        const bound = fulfillmentOf(links.get(id));
        const { told, ...delivery } = history.delivery(id);
        // Shopify knows of it, and nobody but this package's own user changed it since.
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

/** What pickings did to an order's lines, one after the other. */
function historyOf({
  moves,
  pickings,
  lines,
  shopifyLines,
  ownId,
}: {
  moves: readonly MoveRow[];
  pickings: ReadonlyMap<number, PickingRow>;
  lines: ReadonlyMap<number, LineRow>;
  shopifyLines: ReadonlyMap<number, string>;
  ownId: number;
}) {
  const byId = new Map(moves.map((move) => [move.id, move]));
  const codeOf = (move: MoveRow): string => pickings.get(move.picking)?.picking_type_code ?? "";
  const out = moves.filter((move) => codeOf(move) === "outgoing");
  const back = moves.filter((move) => move.returns > 0 && codeOf(move) === "incoming");
  const when = (picking: number): string => {
    const row = pickings.get(picking);
    return `${row?.date_done || "9999"} ${String(picking).padStart(12, "0")}`;
  };
  const sumOf = (some: readonly MoveRow[]): Decimal =>
    some.reduce((total, { done }) => total.plus(decimal(done)), zero);
  const whole = (amount: Decimal): number => Math.max(0, Math.floor(Number(amount.toFixed(6))));
  const by = groupBy(out, ({ picking }) => picking);

  return {
    /** Outgoing pickings among these, and those that these take back. */
    outgoing(touched: ReadonlySet<number>): number[] {
      const origins = back
        .filter(({ picking }) => touched.has(picking))
        .flatMap(({ returns }) => byId.get(returns)?.picking ?? []);
      return [...by.keys()].filter((id) => touched.has(id) || origins.includes(id)).sort((a, b) => a - b);
    },
    delivery(picking: number) {
      const own = by.get(picking) ?? [];
      const ownMoves = new Set(own.map(({ id }) => id));
      const returned = back.filter(({ returns }) => ownMoves.has(returns));
      const hands = returned.filter((move) => idIn(pickings.get(move.picking)?.write_uid) !== ownId);
      const row = pickings.get(picking)!;
      const changes = [row.write_date, ...returned.map((move) => pickings.get(move.picking)!.write_date)];
      return {
        lines: [...groupBy(own, ({ line }) => line)].flatMap(([line, some]) => {
          const lineItemId = shopifyLines.get(line);
          if (lineItemId === undefined) return [];
          const known = lines.get(line);
          // A kit moves its parts; only the line says how many kits they make.
          if (some.some(({ product }) => product !== idIn(known?.product_id))) {
            const kits = whole(decimal(known?.qty_delivered ?? 0));
            return kits > 0 ? [{ lineItemId, quantity: kits, deliveredTotal: kits }] : [];
          }
          const until = (all: readonly MoveRow[]) =>
            sumOf(all.filter((move) => move.line === line && when(move.picking) <= when(picking)));
          const quantity = whole(sumOf(some));
          const deliveredTotal = Math.max(quantity, whole(until(out).minus(until(back))));
          return quantity > 0 ? [{ lineItemId, quantity, deliveredTotal }] : [];
        }),
        takenBack: hands.length > 0 && sumOf(returned).gte(sumOf(own)),
        told: idIn(row.write_uid) === ownId,
        productIds: [...new Set(own.map(({ product }) => product))],
        changedAt: changes.reduce((one, other) => (one > other ? one : other)),
      };
    },
  };
}

function trackingOf({
  carrier_id,
  carrier_tracking_ref,
  carrier_tracking_url,
}: PickingRow): OdooDelivery["tracking"] {
  const numbers = (carrier_tracking_ref || "").split(/[\s,;]+/).filter((number) => number !== "");
  const company = carrier_id ? carrier_id[1] : null;
  if (numbers.length === 0 && company === null) return null;
  // Several parcels have their addresses in a list of pairs that only Odoo's own page reads.
  const urls = carrier_tracking_url && /^https?:/.test(carrier_tracking_url) ? [carrier_tracking_url] : [];
  return { company, numbers, urls };
}
