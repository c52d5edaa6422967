import type { PlanPayment } from "../../import-plan.ts";
import { decimal, zero } from "../../money.ts";
import { type Brought, bringMore } from "../bring-records.ts";
import { eachAlone, isAway, isOpen, type Run, refusal } from "../run.ts";
import { fieldName } from "../versions.ts";

/** An invoice or a credit note. */
export interface Invoice {
  id: number;
  name: string;
  move_type: string;
  state: string;
  amount_total: number;
  amount_residual: number;
  currency_id: [id: number, name: string];
  partner_id: [id: number, name: string];
  partner_shipping_id: [id: number, name: string] | false;
  fiscal_position_id: [id: number, name: string] | false;
  /** It may be a draft again. */
  posted_before: boolean;
}

/** @throws HoldfastError */
export async function readInvoices(run: Run, domain: unknown[]): Promise<Invoice[]> {
  return (await run.client.call("account.move", "search_read", {
    args: {
      domain,
      fields: [
        ...["name", "move_type", "state", "amount_total", "amount_residual", "currency_id", "partner_id"],
        ...["partner_shipping_id", "fiscal_position_id", "posted_before"],
      ],
      order: "id",
    },
  })) as Invoice[];
}

/** Posts what is a draft; somebody else may have posted it meanwhile. @throws HoldfastError */
export async function post(run: Run, id: number): Promise<Invoice> {
  const read = async () => (await readInvoices(run, [["id", "=", id]]))[0];
  const before = await read();
  if (before?.state === "draft") {
    try {
      await run.client.call("account.move", "action_post", { ids: [id] });
    } catch (error) {
      const now = await read();
      if (now?.state !== "posted") throw error;
      return now;
    }
  }
  const after = before?.state === "draft" ? await read() : before;
  if (after?.state === "posted") return after;
  throw refusal(
    "rejected",
    "not_posted",
    `Odoo did not post ${after?.name ?? "the invoice"}`,
    "Post it in Odoo by hand, then retry.",
  );
}

/** What is paid for which document of a plan. */
export interface Paying {
  plan: number;
  payment: PlanPayment;
  invoice: Invoice;
}

/**
 * Registers payments, each once by its external id, and reconciles them with their documents.
 * @throws HoldfastError when Odoo is away.
 */
export async function pay(run: Run, payings: readonly Paying[]): Promise<void> {
  const wanted = payings.map(({ plan, payment, invoice }): Brought => {
    const { externalId, memo, amount, date, journal } = payment;
    return {
      plan,
      records: [
        {
          model: "account.payment",
          externalId,
          values: {
            payment_type: invoice.move_type === "out_refund" ? "outbound" : "inbound",
            partner_type: "customer",
            partner_id: { id: invoice.partner_id[0] },
            amount,
            currency_id: { id: invoice.currency_id[0] },
            journal_id: journal,
            date,
            memo: memo.includes(externalId) ? memo : `${memo} (${externalId})`,
            invoice_ids: [{ id: invoice.id }],
          },
        },
      ],
    };
  });
  const ids = await bringMore(run, wanted);
  const made = payings.filter(({ plan, payment }) => isOpen(run, plan) && ids.has(payment.externalId));
  // One after the other: two payments of one invoice would only conflict.
  for (const one of made) {
    await eachAlone(run, [one], async ({ payment, invoice }) => {
      const id = ids.get(payment.externalId)!;
      const isDraft = async () => {
        const [row] = (await run.client.call("account.payment", "search_read", {
          args: { domain: [["id", "=", id]], fields: ["state"] },
        })) as { state: string }[];
        return row?.state === "draft";
      };
      if (await isDraft())
        await unlessDone(
          () => run.client.call("account.payment", "action_post", { ids: [id] }),
          async () => !(await isDraft()),
        );
      await reconcile(run, invoice.id, ["payment_id", "=", id]);
    });
  }
}

/** Sets what a payment or a credit note still has open against a document; nothing where one of them is settled. */
export async function reconcile(run: Run, invoice: number, source: [string, string, number]): Promise<void> {
  const type = fieldName(run.major, "account.move.line", "account_type") ?? "account_type";
  const open = async () =>
    (await run.client.call("account.move.line", "search_read", {
      args: {
        domain: [
          source,
          [type, "in", ["asset_receivable", "receivable"]],
          ["reconciled", "=", false],
          ["parent_state", "=", "posted"],
        ],
        fields: ["id"],
      },
    })) as { id: number }[];
  const isSettled = async () => {
    const [document] = await readInvoices(run, [["id", "=", invoice]]);
    return !document || decimal(document.amount_residual).eq(zero);
  };
  for (const { id } of await open()) {
    if (await isSettled()) return;
    await unlessDone(
      () =>
        run.client.call("account.move", "js_assign_outstanding_line", {
          ids: [invoice],
          args: { line_id: id },
        }),
      async () => (await isSettled()) || !(await open()).some((line) => line.id === id),
    );
  }
}

/** A refusal of what somebody else did just now is none. @throws HoldfastError */
async function unlessDone(act: () => Promise<unknown>, isDone: () => Promise<boolean>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (isAway(error) || !(await isDone())) throw error;
  }
}
