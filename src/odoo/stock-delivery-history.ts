import { groupBy } from "../group.ts";
import { type Decimal, decimal, zero } from "../money.ts";
import { idIn, type Ref } from "./ref.ts";

/** A many2one as `read` gives it. */
export interface PickingRow {
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
export interface MoveRow {
  id: number;
  line: number;
  product: number;
  picking: number;
  done: number;
  returns: number;
}
export interface LineRow {
  id: number;
  product_id: Ref;
  qty_delivered: number;
}

/** What pickings did to an order's lines, one after the other. */
export function historyOf({
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
        byUs: idIn(row.write_uid) === ownId,
        productIds: [...new Set(own.map(({ product }) => product))],
        changedAt: changes.reduce((one, other) => (one > other ? one : other)),
      };
    },
  };
}
