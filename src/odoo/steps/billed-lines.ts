import { type Decimal, decimal, zero } from "../../money.ts";
import type { Run } from "../run.ts";

/** A line of an invoice or a credit note, for one line of an order. */
export interface BilledLine {
  document: number;
  orderLine: number;
  units: Decimal;
  sequence: number;
}

/** @throws HoldfastError */
export async function readBilledLines(run: Run, documents: readonly number[]): Promise<BilledLine[]> {
  if (documents.length === 0) return [];
  const rows = (await run.client.call("account.move.line", "search_read", {
    args: {
      domain: [
        ["move_id", "in", documents],
        ["sale_line_ids", "!=", false],
      ],
      fields: ["move_id", "sale_line_ids", "quantity", "sequence"],
    },
  })) as { move_id: [number, string]; sale_line_ids: number[]; quantity: number; sequence: number }[];
  return rows.flatMap(({ move_id, sale_line_ids, quantity, sequence }) =>
    sale_line_ids.map((orderLine) => ({
      ...{ document: move_id[0], orderLine, sequence },
      units: decimal(quantity),
    })),
  );
}

/** By order line. */
export function unitsByLine(lines: readonly BilledLine[]): Map<number, Decimal> {
  const units = new Map<number, Decimal>();
  for (const { orderLine, units: more } of lines)
    units.set(orderLine, (units.get(orderLine) ?? zero).plus(more));
  return units;
}
