import type { CreditStep } from "../../import-plan.ts";
import { type Decimal, decimal, zero } from "../../money.ts";
import type { Document } from "../documents.ts";
import { findIds } from "../known-ids.ts";
import type { Run } from "../run.ts";
import { asInvoicedSequence, type UnitsInOdoo } from "./as-invoiced.ts";
import { readBilledLines, unitsByLine } from "./billed-lines.ts";
import { type Invoice, readInvoices } from "./invoices.ts";

/** What was invoiced and credited of an order. */
export interface OrderBooks {
  /** Its first posted invoice; undefined: there is none. */
  invoice: Invoice | undefined;
  isAnythingOrdered(): Promise<boolean>;
  /** Units by external id of the order line: beside the step's own credit note, or on it alone, once it is posted. */
  unitsFor(step: CreditStep): Promise<(line: string) => UnitsInOdoo>;
}

/** @throws HoldfastError */
export async function orderBooks(run: Run, { id: order, state }: Document): Promise<OrderBooks> {
  const [row] = (await run.client.call("sale.order", "search_read", {
    args: { domain: [["id", "=", order]], fields: ["invoice_ids"] },
  })) as { invoice_ids: number[] }[];
  const documents = await readInvoices(run, [
    ["id", "in", row?.invoice_ids ?? []],
    ["state", "!=", "cancel"],
  ]);
  const invoices = documents.filter(({ move_type }) => move_type === "out_invoice");
  const readOrdered = async () =>
    (await run.client.call("sale.order.line", "search_read", {
      args: {
        domain: [
          ["order_id", "=", order],
          ["display_type", "=", false],
        ],
        fields: ["product_uom_qty"],
      },
    })) as { id: number; product_uom_qty: number }[];

  return {
    invoice: invoices.find(({ state }) => state === "posted"),
    isAnythingOrdered: async () =>
      (await readOrdered()).some(({ product_uom_qty }) => decimal(product_uom_qty).gt(zero)),
    async unitsFor({ record, asInvoiced = [] }) {
      const lines = asInvoiced.map(({ line }) => line);
      const ids = await findIds(run.client, "sale.order.line", lines);
      const own = (await findIds(run.client, "account.move", [record.externalId])).get(record.externalId);
      const billed = await readBilledLines(run, [
        ...documents.map(({ id }) => id),
        ...(own === undefined ? [] : [own]),
      ]);
      const of = (units: ReadonlyMap<number, Decimal>) => (line: string) =>
        units.get(ids.get(line) ?? 0) ?? zero;
      const [note] = own === undefined ? [] : await readInvoices(run, [["id", "=", own]]);
      if (note?.state === "posted") {
        const standing = of(unitsByLine(billed.filter(({ document }) => document === own)));
        return (line) => ({ invoiced: standing(line), ordered: zero, credited: zero });
      }
      const isInvoice = new Set(invoices.map(({ id }) => id));
      const invoiced = of(unitsByLine(billed.filter(({ document }) => isInvoice.has(document))));
      const notes = billed.filter(({ document }) => !isInvoice.has(document) && document !== own);
      const credited = of(unitsByLine(notes.filter(({ sequence }) => sequence === asInvoicedSequence)));
      // A cancelled order says what was ordered; nothing of it will come.
      const rows = state === "cancel" ? [] : await readOrdered();
      const ordered = of(new Map(rows.map(({ id, product_uom_qty }) => [id, decimal(product_uom_qty)])));
      return (line) => ({ invoiced: invoiced(line), ordered: ordered(line), credited: credited(line) });
    },
  };
}
