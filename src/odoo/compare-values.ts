import type { ImportValue } from "../import-plan.ts";
import { decimal, parseDecimal } from "../money.ts";
import { type ResolveId, referencesIn } from "./cells.ts";

/** Whether a field as Odoo reads it already holds what a plan says. In doubt it does not, and is written. */
export function holds(read: unknown, wanted: ImportValue, resolve: ResolveId): boolean {
  if (isReference(wanted)) {
    const references = referencesIn(wanted);
    // A find may come to nothing on purpose; an external id that is not there is for Odoo to refuse.
    if (references.some((one) => "externalId" in one && resolve(one) === undefined)) return false;
    const ids = references.flatMap((reference) => resolve(reference) ?? []);
    const held = Array.isArray(read) && typeof read[1] === "string" ? [read[0]] : read === false ? [] : read;
    return Array.isArray(held) && sameIds(held as number[], ids);
  }
  if (wanted === null || wanted === "") return read === false || read === "" || read === 0;
  if (typeof wanted === "boolean") return read === wanted;
  if (typeof read === "number") {
    const number = parseDecimal(wanted);
    return number?.minus(decimal(read)).abs().lt("0.000001") ?? false;
  }
  return typeof read === "string" && plain(read) === plain(String(wanted));
}

function isReference(value: ImportValue): boolean {
  return typeof value === "object" && value !== null;
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}

/** Odoo wraps notes in markup and cleans it: only the words count. */
function plain(text: string): string {
  return text
    .replace(/<[^<>]*>/g, " ")
    .replace(/&nbsp;/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;|&#34;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ")
    .trim();
}
