import type { CreditStep, ImportRecord } from "../../import-plan.ts";
import { decimal, zero } from "../../money.ts";
import { bringMore } from "../bring-records.ts";
import type { Document } from "../documents.ts";
import { versionIn } from "../plan-version.ts";
import { eachAlone, isOpen, type Run, refusal, warnPlan } from "../run.ts";
import { type Cut, cutToInvoiced, unitsToCredit } from "./as-invoiced.ts";
import { type Invoice, type Paying, pay, post, readInvoices, reconcile } from "./invoices.ts";
import { orderBooks } from "./order-books.ts";
import { type Job, orderIn, ordersOf } from "./step.ts";

interface Crediting extends Cut {
  plan: number;
  /** The order's invoice. */
  invoice: Invoice;
}

/** Posts credit notes of the plans' amounts, less what was never invoiced, linked to their invoices, and pays them back. */
export async function credit(run: Run, jobs: readonly Job<"credit">[]): Promise<void> {
  const orders = await ordersOf(
    run,
    jobs.map(({ step }) => step.order),
  );
  const all: Crediting[] = [];
  await eachAlone(run, jobs, async ({ plan, step }) => {
    const order = orderIn(orders, step.order);
    const books = await orderBooks(run, order);
    const { invoice } = books;
    if (invoice === undefined) {
      if (!isNeverInvoiced(order, step, await books.isAnythingOrdered())) throw notInvoiced(order);
      return;
    }
    const { asInvoiced = [] } = step;
    const isTold = isFinal(order, step);
    const units = asInvoiced.length > 0 ? unitsToCredit(asInvoiced, await books.unitsFor(step), isTold) : [];
    const isWhole = units.every((one, at) => one.eq(asInvoiced[at]!.quantity));
    if (!isWhole && !isTold) throw notInvoiced(order);
    const cut = cutToInvoiced(step, units);
    if (decimal(cut.totals.total).gt(zero)) {
      all.push({ ...cut, plan, invoice, record: completed(cut.record, invoice) });
    } else if (decimal(cut.totals.total).lt(zero)) {
      warnPlan(
        run,
        plan,
        `${cut.totals.total.slice(1)} ${cut.totals.currency} were kept back from the refund of what was never invoiced: invoice them in Odoo by hand.`,
      );
    }
  });
  const ids = await bringMore(
    run,
    all.map(({ plan, record, totals }) => ({ plan, records: [record], totals })),
  );
  const payings: Paying[] = [];
  const notes = new Map<number, Invoice>();
  const made = all.filter(({ plan }) => isOpen(run, plan));
  await eachAlone(run, made, async ({ plan, record, payments }) => {
    const note = await post(run, ids.get(record.externalId)!);
    notes.set(plan, note);
    for (const payment of payments) payings.push({ plan, payment, invoice: note });
  });
  await pay(run, payings);
  await eachAlone(
    run,
    made.filter(({ plan }) => isOpen(run, plan)),
    async ({ plan, invoice }) => {
      const note = notes.get(plan)!;
      const [now] = await readInvoices(run, [["id", "=", note.id]]);
      // What was not paid back is taken off what is still to be paid.
      if (now && !decimal(now.amount_residual).eq(zero))
        await reconcile(run, invoice.id, ["move_id", "=", note.id]);
    },
  );
}

/** No event that is still to come can invoice what was refunded. */
function isFinal({ state, origin }: Document, { at }: CreditStep): boolean {
  const told = versionIn(origin);
  return state === "cancel" || told === null || at === undefined || Date.parse(told) >= Date.parse(at);
}

function isNeverInvoiced(order: Document, step: CreditStep, isAnythingOrdered: boolean): boolean {
  return order.state === "cancel" || (isFinal(order, step) && !isAnythingOrdered);
}

function notInvoiced({ display_name }: Document): Error {
  return refusal(
    "dependency",
    "order_not_invoiced",
    `${display_name} was refunded, but what was refunded is not invoiced yet, so there is nothing to credit`,
    "Another event of the order invoices it; if not, look whether that one is a dead letter. Where nothing was to be invoiced, discard this event; else invoice the order in Odoo, then retry.",
  );
}

/** A refund tells neither whom nor in which currency, nor the invoice it is of. */
function completed(record: ImportRecord, invoice: Invoice): ImportRecord {
  const { partner_id, partner_shipping_id, currency_id, fiscal_position_id } = invoice;
  const optional = (ref: [id: number, name: string] | false) => (ref ? { id: ref[0] } : null);
  return {
    ...record,
    values: {
      partner_id: { id: partner_id[0] },
      partner_shipping_id: optional(partner_shipping_id),
      currency_id: { id: currency_id[0] },
      fiscal_position_id: optional(fiscal_position_id),
      reversed_entry_id: { id: invoice.id },
      ...record.values,
    },
  };
}
