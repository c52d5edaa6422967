import { listOf, textOf } from "./read.ts";
import type { ShopifyOrder, Unchecked } from "./shopify-shapes.ts";

/** The order's note and note attributes as Odoo's HTML note; null when there is neither, so Odoo's own default stays. */
export function orderNote(order: Unchecked<ShopifyOrder>, who: string): string | null {
  const attributes = Array.isArray(order.note_attributes)
    ? listOf<{ name: string; value: string }>(order.note_attributes, who, "note_attributes")
    : [];
  const lines = [
    ...(textOf(order.note)?.split(/\r?\n/) ?? []),
    ...attributes.flatMap(({ name, value }) => {
      const label = textOf(name);
      const text = textOf(value);
      return label === null || text === null || label.startsWith("_") ? [] : [`${label}: ${text}`];
    }),
  ];
  return lines.length === 0 ? null : `<p>${lines.map(escapeHtml).join("<br>")}</p>`;
}

function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char] ?? "",
  );
}
