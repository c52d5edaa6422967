import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether a webhook was signed by Shopify: base64 HMAC-SHA256 over the bytes as they came in.
 * During a rotation Shopify signs with the oldest unrevoked secret, so any of the secrets will do.
 * A missing, repeated or malformed header is simply not a signature.
 */
export function isSigned(body: Buffer, signature: unknown, secrets: readonly string[]): boolean {
  if (typeof signature !== "string") return false;
  const given = Buffer.from(signature.trim(), "utf8");
  let signed = false;
  // Every secret is tried, so the time taken does not tell which one fits.
  for (const secret of secrets) {
    if (secret === "") continue;
    const expected = Buffer.from(sign(body, secret), "utf8");
    if (given.length === expected.length && timingSafeEqual(given, expected)) signed = true;
  }
  return signed;
}

/** The signature Shopify would send for this body. */
export function sign(body: Buffer | string, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("base64");
}
