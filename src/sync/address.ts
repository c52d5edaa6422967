import { createHash } from "node:crypto";
import type { ImportValue } from "../import-plan.ts";
import { objectOf, textOf } from "./read.ts";
import type { ShopifyAddress } from "./shopify-shapes.ts";

/** A Shopify address, read and trimmed; null for what is not there. */
export interface Address {
  name: string | null;
  company: string | null;
  street: string | null;
  street2: string | null;
  city: string | null;
  zip: string | null;
  provinceCode: string | null;
  countryCode: string | null;
  phone: string | null;
}

/** Null when there is no address, or one in which nothing is filled in. */
export function readAddress(value: unknown): Address | null {
  const sent = objectOf<ShopifyAddress>(value);
  if (sent === null) return null;
  const address: Address = {
    name: textOf(sent.name) ?? fullName(sent),
    company: textOf(sent.company),
    street: textOf(sent.address1),
    street2: textOf(sent.address2),
    city: textOf(sent.city),
    zip: textOf(sent.zip),
    provinceCode: textOf(sent.province_code)?.toUpperCase() ?? null,
    countryCode: textOf(sent.country_code)?.toUpperCase() ?? null,
    phone: textOf(sent.phone),
  };
  return Object.values(address).every((part) => part === null) ? null : address;
}

export function fullName(person: { first_name?: unknown; last_name?: unknown }): string | null {
  return (
    [textOf(person.first_name), textOf(person.last_name)].filter((part) => part !== null).join(" ") || null
  );
}

/** The same for two addresses that differ only in case, spacing or Unicode form. */
export function addressFingerprint(address: Address, taxId: string | null = null): string {
  return fingerprint(
    [...Object.values(address), ...(taxId === null ? [] : [taxId])]
      .map((part) => (part ?? "").normalize("NFC").toLowerCase().replace(/\s+/g, " "))
      .join("\n"),
  );
}

/** Sixteen hex digits, for external ids. */
export function fingerprint(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, 16);
}

/** The res.partner fields of an address. A country or state that Odoo does not know stays empty: no order is lost for it. */
export function addressValues(address: Address): Record<string, ImportValue> {
  const values: Record<string, ImportValue> = {};
  const set = (field: string, value: string | null): void => {
    if (value !== null) values[field] = value;
  };
  set("street", address.street);
  set("street2", address.street2);
  set("city", address.city);
  set("zip", address.zip);
  const { countryCode, provinceCode } = address;
  if (countryCode !== null) {
    values.country_id = { find: { model: "res.country", where: { code: countryCode }, missing: "empty" } };
    if (provinceCode !== null)
      values.state_id = {
        find: {
          model: "res.country.state",
          where: { code: provinceCode, "country_id.code": countryCode },
          missing: "empty",
        },
      };
  }
  return values;
}
