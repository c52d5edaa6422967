/** https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant */
import { randomBytes } from "node:crypto";

export interface Tokens {
  /** Whether this token lets in now. */
  valid(token: string): boolean;
  grant(form: Record<string, string>): { status: number; body: object };
  /** What was granted so far ends, as when the app is installed anew. */
  revokeAll(): void;
  readonly granted: number;
}

/** One second less than a day. */
const lifetimeSeconds = 86_399;

export function makeTokens(options: {
  /** A token of a custom app, which does not expire. */
  fixed: string;
  clientId: string;
  clientSecret: string;
  scopes: readonly string[];
  now: () => number;
}): Tokens {
  const until = new Map<string, number>();
  let granted = 0;
  return {
    valid: (token) => token === options.fixed || options.now() < (until.get(token) ?? 0),
    revokeAll: () => until.clear(),
    get granted() {
      return granted;
    },
    grant(form) {
      if (form.grant_type !== "client_credentials")
        return { status: 400, body: { error: "unsupported_grant_type" } };
      if (form.client_id !== options.clientId)
        return { status: 400, body: { error: "application_cannot_be_found" } };
      if (form.client_secret !== options.clientSecret)
        return { status: 401, body: { error: "invalid_client" } };
      const token = `shpat_${randomBytes(16).toString("hex")}`;
      until.set(token, options.now() + lifetimeSeconds * 1000);
      granted++;
      return {
        status: 200,
        body: { access_token: token, scope: options.scopes.join(","), expires_in: lifetimeSeconds },
      };
    },
  };
}
