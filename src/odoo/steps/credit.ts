import type { ImportRecord } from "../../import-plan.ts";
import { decimal, zero } from "../../money.ts";
import { bringMore } from "../bring-records.ts";
import type { Document } from "../documents.ts";
import { eachAlone, isOpen, type Run } from "../run.ts";
import { type Invoice, type Paying, pay, post, readInvoices, reconcile } from "./invoices.ts";
import { type Job, orderIn, ordersOf } from "./step.ts";

interface Crediting extends Job<"credit"> {
  order: Document;
  /** The order's invoice; undefined: there is none. */
  invoice: Invoice | undefined;
  record: ImportRecord;
}

/** Posts credit notes of exactly the plans' amounts, linked to their invoices, and pays them back. */
export async function credit(run: Run, jobs: readonly Job<"credit">[]): Promise<void> {
  const orders = await ordersOf(
    run,
    jobs.map(({ step }) => step.order),
  );
  const all: Crediting[] = [];
  await eachAlone(run, jobs, async (job) => {
    const order = orderIn(orders, job.step.order);
    const invoice = await invoiceOf(run, order.id);
    all.push({ ...job, order, invoice, record: await completed(run, job.step.record, order.id, invoice) });
  });
  const ids = await bringMore(
    run,
    all.map(({ plan, step, record }) => ({ plan, records: [record], totals: step.totals })),
  );
  const payings: Paying[] = [];
  const notes = new Map<number, Invoice>();
  const made = all.filter(({ plan }) => isOpen(run, plan));
  await eachAlone(run, made, async ({ plan, step }) => {
    const note = await post(run, ids.get(step.record.externalId)!);
    notes.set(plan, note);
    for (const payment of step.payments) payings.push({ plan, payment, invoice: note });
  });
  await pay(run, payings);
  await eachAlone(
    run,
    made.filter(({ plan }) => isOpen(run, plan)),
    async ({ plan, invoice }) => {
      const note = notes.get(plan)!;
      const [now] = await readInvoices(run, [["id", "=", note.id]]);
      // What was not paid back is taken off what is still to be paid.
      if (invoice && now && !decimal(now.amount_residual).eq(zero))
        await reconcile(run, invoice.id, ["move_id", "=", note.id]);
    },
  );
}

/** The order's first posted invoice. */
async function invoiceOf(run: Run, order: number): Promise<Invoice | undefined> {
  const [row] = (await run.client.call("sale.order", "search_read", {
    args: { domain: [["id", "=", order]], fields: ["invoice_ids"] },
  })) as { invoice_ids: number[] }[];
  const [first] = await readInvoices(run, [
    ["id", "in", row?.invoice_ids ?? []],
    ["move_type", "=", "out_invoice"],
    ["state", "=", "posted"],
  ]);
  return first;
}

/** A refund tells neither partner nor currency, nor the invoice it is of: they are the order's. */
async function completed(
  run: Run,
  record: ImportRecord,
  order: number,
  invoice: Invoice | undefined,
): Promise<ImportRecord> {
  const [row] = (await run.client.call("sale.order", "search_read", {
    args: { domain: [["id", "=", order]], fields: ["partner_invoice_id", "currency_id"] },
  })) as { partner_invoice_id: [number, string]; currency_id: [number, string] }[];
  return {
    ...record,
    values: {
      ...(row && { partner_id: { id: row.partner_invoice_id[0] }, currency_id: { id: row.currency_id[0] } }),
      ...(invoice && { reversed_entry_id: { id: invoice.id } }),
      ...record.values,
    },
  };
}
