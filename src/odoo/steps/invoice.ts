import { groupBy } from "../../group.ts";
import type { ImportRecord } from "../../import-plan.ts";
import { type Decimal, decimal, decimalText, sum, zero } from "../../money.ts";
import { type Brought, bringMore } from "../bring-records.ts";
import type { Document } from "../documents.ts";
import { eachAlone, isOpen, type Run, refusal, warnPlan } from "../run.ts";
import { fieldName } from "../versions.ts";
import { readBilledLines, unitsByLine } from "./billed-lines.ts";
import { type Invoice, type Paying, pay, post, readInvoices } from "./invoices.ts";
import { type Job, orderIn, ordersOf } from "./step.ts";

type Ref = [id: number, name: string] | false;

interface OrderToInvoice {
  id: number;
  name: string;
  client_order_ref: string | false;
  amount_total: number;
  partner_invoice_id: Ref;
  partner_shipping_id: Ref;
  currency_id: Ref;
  fiscal_position_id: Ref;
  invoice_ids: number[];
}

interface LineToInvoice extends Record<string, unknown> {
  id: number;
  order_id: [number, string];
  product_id: Ref;
  name: string;
  product_uom_qty: number;
  price_unit: number;
  discount: number;
}

/** Invoices, posts and pays. Needs the right to invoice, which an ordinary sales user has not. */
export async function invoice(run: Run, jobs: readonly Job<"invoice">[]): Promise<void> {
  const states = await ordersOf(
    run,
    jobs.map(({ step }) => step.order),
  );
  const confirmed: { plan: number; step: Job<"invoice">["step"]; order: Document }[] = [];
  await eachAlone(run, jobs, async (job) => {
    const order = orderIn(states, job.step.order);
    if (mustBeInvoiced(order)) confirmed.push({ ...job, order });
    else warnPlan(run, job.plan, `${order.display_name} is cancelled in Odoo: it is not invoiced.`);
  });
  const ids = confirmed.map(({ order }) => order.id);
  const [orders, lines] = [await readOrders(run, ids), await readLines(run, ids)];
  const invoices = await readInvoices(run, [
    ["id", "in", [...orders.values()].flatMap(({ invoice_ids }) => invoice_ids)],
    ["move_type", "=", "out_invoice"],
  ]);
  const standing = invoices.filter(({ state }) => state !== "cancel");
  // Credit notes don't count: what was refunded is not to be invoiced again.
  const invoiced = unitsByLine(
    await readBilledLines(
      run,
      standing.map(({ id }) => id),
    ),
  );

  const wanted = confirmed.flatMap(({ plan, step, order }): Brought[] => {
    const own = orders.get(order.id)!;
    const record = invoiceOf(run, step, own, lines.get(order.id) ?? [], invoiced);
    return record ? [{ plan, records: [record] }] : [];
  });
  const made = await bringMore(run, wanted);
  const payings: Paying[] = [];
  await eachAlone(
    run,
    confirmed.filter(({ plan }) => isOpen(run, plan)),
    async ({ plan, step, order }) => {
      const own = orders.get(order.id)!;
      const record = wanted.find((one) => one.plan === plan)?.records[0];
      const fresh = record && made.get(record.externalId);
      const before = standing.filter(({ id }) => own.invoice_ids.includes(id)).map(({ id }) => id);
      const all = fresh === undefined ? before : [...before, fresh];
      await mustComeTo(run, all, own);
      const posted: Invoice[] = [];
      for (const id of all) posted.push(await post(run, id));
      const due = posted.find(({ amount_residual }) => amount_residual > 0) ?? posted.at(-1);
      if (due) for (const payment of step.payments) payings.push({ plan, payment, invoice: due });
    },
  );
  await pay(run, payings);
}

/** @throws HoldfastError when it is no order yet. */
function mustBeInvoiced({ state, display_name }: Document): boolean {
  if (state === "sale" || state === "done") return true;
  if (state === "cancel") return false;
  throw refusal(
    "dependency",
    "order_not_confirmed",
    `${display_name} is not confirmed yet, so it can't be invoiced`,
    "Confirm it in Odoo, then retry.",
  );
}

async function readOrders(run: Run, ids: readonly number[]): Promise<Map<number, OrderToInvoice>> {
  const rows = (await run.client.call("sale.order", "search_read", {
    args: {
      domain: [["id", "in", ids]],
      fields: [
        ...["name", "client_order_ref", "amount_total", "partner_invoice_id", "partner_shipping_id"],
        ...["currency_id", "fiscal_position_id", "invoice_ids"],
      ],
    },
  })) as OrderToInvoice[];
  return new Map(rows.map((row) => [row.id, row]));
}

const lineField = (run: Run, field: string): string =>
  fieldName(run.major, "sale.order.line", field) ?? field;

async function readLines(run: Run, ids: readonly number[]): Promise<Map<number, LineToInvoice[]>> {
  const rows = (await run.client.call("sale.order.line", "search_read", {
    args: {
      domain: [
        ["order_id", "in", ids],
        ["display_type", "=", false],
      ],
      fields: [
        ...["order_id", "product_id", "name", "product_uom_qty", "price_unit", "discount"],
        ...[lineField(run, "tax_ids"), lineField(run, "product_uom_id")],
      ],
    },
  })) as LineToInvoice[];
  return groupBy(rows, (row) => row.order_id[0]);
}

/** An invoice of all that is ordered and on no invoice yet, whatever the products' invoicing policy; or nothing. */
function invoiceOf(
  run: Run,
  step: Job<"invoice">["step"],
  order: OrderToInvoice,
  lines: readonly LineToInvoice[],
  invoiced: ReadonlyMap<number, Decimal>,
): ImportRecord | undefined {
  const open = lines.flatMap((line) => {
    const units = decimal(line.product_uom_qty).minus(invoiced.get(line.id) ?? zero);
    return units.gt(zero) ? [{ line, units }] : [];
  });
  if (open.length === 0) return undefined;
  // Its number in the order: whoever comes to invoice the same makes the same one.
  const externalId = `${step.order}_invoice_${order.invoice_ids.length + 1}`;
  const optional = (field: string, ref: Ref) => (ref ? { [field]: { id: ref[0] } } : {});
  return {
    model: "account.move",
    externalId,
    values: {
      move_type: "out_invoice",
      invoice_origin: order.name,
      ref: order.client_order_ref || order.name,
      ...(step.date && { invoice_date: step.date }),
      ...optional("partner_id", order.partner_invoice_id),
      ...optional("partner_shipping_id", order.partner_shipping_id),
      ...optional("currency_id", order.currency_id),
      ...optional("fiscal_position_id", order.fiscal_position_id),
    },
    children: {
      invoice_line_ids: open.map(({ line, units }) => {
        const unit = line[lineField(run, "product_uom_id")] as Ref;
        return {
          model: "account.move.line",
          externalId: `${externalId}_${line.id}`,
          values: {
            product_id: line.product_id ? { id: line.product_id[0] } : null,
            name: line.name,
            quantity: decimalText(units),
            product_uom_id: unit ? { id: unit[0] } : null,
            price_unit: decimalText(decimal(line.price_unit)),
            discount: decimalText(decimal(line.discount)),
            tax_ids: (line[lineField(run, "tax_ids")] as number[]).map((id) => ({ id })),
            sale_line_ids: [{ id: line.id }],
          },
        };
      }),
    },
  };
}

/**
 * Until one was posted, an order's invoices are of the whole order: a difference is none to post, at any attempt. Of later
 * ones there is nothing to compare: what was credited is still on the first, and the cents of two roundings may differ.
 */
async function mustComeTo(run: Run, ids: readonly number[], order: OrderToInvoice): Promise<void> {
  const invoices = await readInvoices(run, [["id", "in", ids]]);
  const [first] = invoices;
  if (first === undefined || invoices.some((one) => one.state !== "draft" || one.posted_before)) return;
  const total = sum(invoices.map(({ amount_total }) => decimal(amount_total)));
  if (total.eq(decimal(order.amount_total))) return;
  throw refusal(
    "rejected",
    "total_mismatch",
    `its invoice comes to ${decimalText(total)} ${first.currency_id[1]}, ${order.name} to ${order.amount_total}`,
    `Compare the lines and taxes of both; delete the draft invoice of ${order.name} in Odoo, then retry.`,
  );
}
