import { type Http, HttpFault } from "../http.ts";
import { isJsonObject } from "../json.ts";
import { type AskedShop, badToken, httpFailure, networkFailure, noToken, notJson } from "./admin-errors.ts";

/** Where Admin API tokens come from. */
export interface TokenSource {
  /** @throws HoldfastError `unavailable` */
  token(): Promise<string>;
  /** Shopify refused this one. @returns whether another can be had. */
  refused(token: string): boolean;
}

/** A token of a custom app; it does not expire. */
export function fixedToken(token: string, asked: AskedShop): TokenSource {
  return {
    token: () => (token === "" ? Promise.reject(noToken(asked)) : Promise.resolve(token)),
    refused: () => false,
  };
}

/** A token is renewed when this much of its life is left, or a tenth if that is less. */
const renewBeforeMs = 10 * 60_000;

/**
 * Tokens by the client credentials grant: a day each, renewed before they end, one renewal at a time.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant
 */
export function grantedToken(
  app: { clientId: string; clientSecret: string },
  http: Http,
  asked: AskedShop,
  now: () => number = Date.now,
): TokenSource {
  let current: { token: string; renewAt: number; endsAt: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: app.clientId,
      client_secret: app.clientSecret,
    });
    const answer = await http
      .send({
        method: "POST",
        path: "/admin/oauth/access_token",
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: form.toString(),
        repeatable: true,
      })
      .catch((error: unknown) => {
        throw error instanceof HttpFault ? networkFailure(error, asked) : error;
      });
    if ([400, 401, 403].includes(answer.status)) throw badToken(asked, reasonIn(answer.text, answer.status));
    if (answer.status !== 200) throw httpFailure(answer, asked);
    const granted = parsed(answer.text);
    if (!granted) throw notJson(asked, answer);
    const lifeMs = granted.expiresIn * 1000;
    const endsAt = now() + lifeMs;
    current = { token: granted.token, endsAt, renewAt: endsAt - Math.min(renewBeforeMs, lifeMs / 10) };
    return granted.token;
  }

  return {
    async token() {
      if (current && now() < current.renewAt) return current.token;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      try {
        return await asking;
      } catch (error) {
        // The old one is good for a while yet.
        if (current && now() < current.endsAt) return current.token;
        throw error;
      }
    },
    refused(token) {
      if (current?.token === token) current = undefined;
      return true;
    },
  };
}

function parsed(text: string): { token: string; expiresIn: number } | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (!isJsonObject(body) || typeof body.access_token !== "string") return undefined;
    const expiresIn = Number(body.expires_in);
    return { token: body.access_token, expiresIn: expiresIn > 0 ? expiresIn : 3_600 };
  } catch {
    return undefined;
  }
}

const reasons: Record<string, string> = {
  shop_not_permitted:
    "the app and the shop do not belong to the same organization, which client credentials need (shop_not_permitted)",
  application_cannot_be_found: "the client id is unknown (application_cannot_be_found)",
  app_not_installed: "the app is not installed in this shop (app_not_installed)",
  invalid_client: "client id or client secret is wrong (invalid_client)",
};

function reasonIn(text: string, status: number): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === "string" && /^\w{1,60}$/.test(error))
      return reasons[error] ?? `no token is granted (${error})`;
  } catch {
    // A web page: the status says enough.
  }
  const known = Object.keys(reasons).find((code) => text.includes(code));
  return known ? reasons[known]! : `no token is granted (HTTP ${status})`;
}
