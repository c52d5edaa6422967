import { HoldfastError } from "../failure.ts";
import { isJsonObject } from "../json.ts";
import { idDigits } from "../shopify-id.ts";
import type { Unchecked } from "./shopify-shapes.ts";

/** What a payload says cannot be taken over; `who` names the order, because that is what an operator looks for. */
export function unreadable(who: string, code: string, what: string, hint: string): HoldfastError {
  return new HoldfastError({ class: "rejected", code, message: `${who}: ${what}`, hint, source: "shopify" });
}

const asSent =
  "The event keeps the text it was sent with: enter the order in Odoo by hand, or discard it and let the backfill fetch it again.";

/** A payload that Shopify's documentation does not allow. */
export function malformed(who: string, what: string): HoldfastError {
  return unreadable(who, "malformed_payload", what, asSent);
}

/** Text with something in it, trimmed; null for everything else. */
export function textOf(value: unknown): string | null {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : null;
  if (typeof value !== "string") return null;
  const text = value.trim();
  return text === "" ? null : text;
}

export function objectOf<T>(value: unknown): Unchecked<T> | null {
  return isJsonObject(value) ? (value as Unchecked<T>) : null;
}

/** The objects of a list; null and absent lists are empty, anything else is malformed. */
export function listOf<T>(value: unknown, who: string, field: string): Unchecked<T>[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw malformed(who, `${field} is not a list.`);
  return value.map((each: unknown) => {
    const object = objectOf<T>(each);
    if (object === null) throw malformed(who, `${field} holds something that is not an object.`);
    return object;
  });
}

/** A record's own id, from its GID where a number has lost digits. */
export function idOf(record: { id?: unknown; admin_graphql_api_id?: unknown }): string | null {
  return idDigits(record.id) ?? idDigits(record.admin_graphql_api_id);
}
