import type { Document } from "../documents.ts";
import { refusal } from "../run.ts";
import type { Move } from "./moves.ts";

/** An order line, and the product that it sells. */
export interface Sold {
  id: number;
  product: number;
}

/**
 * A kit's parts all carry the kit's line, each in a count of its own; how many kits they make, only its bill of materials
 * says. Taken for the line's own units, some parts would leave too often and others never.
 * @throws HoldfastError
 */
export function mustBeNoKits(order: Document, lines: readonly Sold[], moves: readonly Move[]): void {
  const kit = lines.find(({ id, product }) =>
    moves.some((move) => move.line === id && move.product !== product),
  );
  if (!kit) return;
  throw refusal(
    "rejected",
    "kit_by_hand",
    `The line with id ${kit.id} of ${order.display_name} is a kit: Odoo moves its parts, Shopify counts kits`,
    "Deliver it, or take it back, in Odoo by hand, then discard this event.",
  );
}
