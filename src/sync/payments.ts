import type { HoldfastError } from "../failure.ts";
import type { PlanPayment, RecordReference } from "../import-plan.ts";
import { decimal, zero } from "../money.ts";
import { odooDateTime } from "./dates.ts";
import { amountText } from "./expected-totals.ts";
import type { MoneyView } from "./money-view.ts";
import type { OrderMappingOptions } from "./order-options.ts";
import { textOf, unreadable } from "./read.ts";
import type { ShopifyOrder, Unchecked } from "./shopify-shapes.ts";

/**
 * What was paid for an order, as one payment: a webhook names the gateways, not what came through which.
 * @throws HoldfastError `journal_not_mapped` where no row of the table names these gateways.
 */
export function orderPayments(
  order: Unchecked<ShopifyOrder>,
  orderId: string,
  total: string,
  money: MoneyView,
  options: OrderMappingOptions,
  who: string,
): PlanPayment[] {
  const paid = decimal(total).minus(outstanding(order, money));
  if (paid.lte(0)) return [];
  const gateways = gatewayNames(order.payment_gateway_names);
  return [
    {
      externalId: `${options.externalIdPrefix}payment_${orderId}_1`,
      amount: amountText(paid, money.digits),
      journal: journalOf(gateways, options, who),
      date: dayOf(order.processed_at) ?? dayOf(order.created_at) ?? "",
      memo: `Shopify ${textOf(order.name) ?? orderId}${gateways.length > 0 ? `, ${gateways.join(", ")}` : ""}`,
    },
  ];
}

/** In shop money only; an order that is paid has none in any. */
function outstanding(order: Unchecked<ShopifyOrder>, money: MoneyView) {
  return money.amount(order, "total_outstanding") ?? zero;
}

export function gatewayNames(value: unknown): string[] {
  const names = Array.isArray(value) ? value.map(textOf).filter((name) => name !== null) : [];
  return [...new Set(names)];
}

/** By the whole list of gateways, whatever its order; then, where one paid alone, by its name; then by "*". */
export function journalOf(
  gateways: readonly string[],
  options: OrderMappingOptions,
  who: string,
): RecordReference {
  const wanted = listKey(gateways);
  const rows = options.journals.filter(({ journal }) => textOf(journal) !== null);
  const row =
    rows.find(({ gateway }) => listKey(String(gateway).split(",")) === wanted) ??
    rows.find(({ gateway }) => String(gateway).trim() === "*");
  if (row === undefined) throw notMapped(gateways, who);
  const names = gateways.join(", ") || "orders that name no gateway";
  const code = row.journal.trim();
  return {
    find: {
      model: "account.journal",
      where: { code },
      several: "first",
      missing: {
        class: "rejected",
        code: "journal_not_found",
        message: `${who}: Odoo has no journal with the short code ${code}, which the mapping node's table of payments names for ${names}.`,
        hint: "Correct the table, or add the journal in Odoo, then retry.",
      },
    },
  };
}

function notMapped(gateways: readonly string[], who: string): HoldfastError {
  const names = gateways.join(", ");
  return names === ""
    ? unreadable(
        who,
        "journal_not_mapped",
        "it is paid, but names no payment gateway.",
        "In the mapping node's table of payments, add * (any gateway) with the short code of an Odoo journal, then retry.",
      )
    : unreadable(
        who,
        "journal_not_mapped",
        `no journal is set for the payment gateway ${names}.`,
        `In the mapping node's table of payments, add ${names} with the short code of an Odoo journal, then retry.`,
      );
}

function listKey(names: readonly string[]): string {
  return names
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "")
    .toSorted()
    .join(",");
}

/** "2026-11-24", in UTC. */
export function dayOf(time: unknown): string | null {
  return odooDateTime(time)?.slice(0, 10) ?? null;
}
