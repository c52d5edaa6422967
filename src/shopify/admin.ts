import { createHash } from "node:crypto";
import { createHttp, type Http, type HttpAnswer, HttpFault } from "../http.ts";
import { isJsonObject, parseExactJson } from "../json.ts";
import { withoutSecrets } from "../secrets.ts";
import {
  type AskedShop,
  badAddress,
  graphqlFailure,
  httpFailure,
  networkFailure,
  notJson,
  stillThrottled,
} from "./admin-errors.ts";
import { type BudgetLeft, type CostBudget, type QueryCost, sharedBudget } from "./budget.ts";
import { fixedToken, grantedToken, type TokenSource } from "./token.ts";

export interface AdminConfig {
  /** "example.myshopify.com" */
  shop: string;
  /** Another base address, for tests and proxies. */
  adminUrl?: string;
  /** "2026-10" by default. */
  apiVersion?: string;
  /** A custom app's token; goes before client credentials. */
  token?: string;
  clientId?: string;
  clientSecret?: string;
  /** How long an answer may take, in milliseconds; 30,000 by default. */
  timeoutMs?: number;
  /** The shop's own, shared in this process, by default. */
  budget?: CostBudget;
  now?: () => number;
}

export interface AdminOperation {
  /** Its cost is learned under it. */
  name: string;
  text: string;
  /** Doing it twice is as good as once: a query, or a mutation with an idempotency key. */
  repeatable: boolean;
}

export interface AdminClient {
  /**
   * Runs one GraphQL operation within the shop's cost budget.
   * @param size how many rows it carries, by which its cost is learned.
   * @returns `data`; whole numbers beyond 2^53 are text. `userErrors` are the caller's to read.
   * @throws HoldfastError with the failure's class; never anything else.
   */
  run<Data>(operation: AdminOperation, variables?: Record<string, unknown>, size?: number): Promise<Data>;
  /** The API version that Shopify used for the last answer: another one than asked for once that is too old. */
  servedVersion(): string | null;
  /** What is left of the shop's cost budget now; null until Shopify first told. */
  budgetLeft(): BudgetLeft | null;
  /** Closes idle connections and breaks off running calls; a closed client can be used again. */
  close(): void;
  /** Who this client is, for messages; holds no secret. */
  readonly asked: AskedShop;
  readonly apiVersion: string;
}

export const currentApiVersion = "2026-10";
const maxSockets = 8;
/** Each waits for the budget as Shopify tells it; another app instance may spend it meanwhile. */
const throttledAttempts = 4;

/** Makes a client; nothing is connected before the first call. */
export function createAdminClient(config: AdminConfig): AdminClient {
  const { shop, token = "", clientId = "", clientSecret = "", timeoutMs = 30_000 } = config;
  const apiVersion = config.apiVersion || currentApiVersion;
  const address = config.adminUrl || `https://${shop}`;
  const origin = originOf(address);
  const asked: AskedShop = {
    shop,
    clean: (text) => withoutSecrets(text, [token, clientSecret]).replace(/shp\w{2}_\w+/g, "•••"),
  };
  let http: Http | undefined;
  let served: string | null = null;

  const connection: Http = {
    send(request) {
      if (origin === undefined) throw badAddress(asked, address);
      http ??= createHttp(origin, { timeoutMs, maxSockets });
      return http.send(request);
    },
    close: () => http?.close(),
  };
  const granted = token === "" && clientId !== "" && clientSecret !== "";
  const tokens: TokenSource = granted
    ? grantedToken({ clientId, clientSecret }, connection, asked, config.now)
    : fixedToken(token, asked);
  const app = granted ? clientId : createHash("sha256").update(token).digest("hex");
  const budget = config.budget ?? sharedBudget(`${origin ?? address} ${app}`);

  async function send(operation: AdminOperation, body: string): Promise<HttpAnswer> {
    const once = async (accessToken: string): Promise<HttpAnswer> => {
      const request = {
        method: "POST" as const,
        path: `/admin/api/${apiVersion}/graphql.json`,
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          "x-shopify-access-token": accessToken,
        },
        body,
        repeatable: operation.repeatable,
      };
      try {
        return await connection.send(request);
      } catch (error) {
        if (!(error instanceof HttpFault)) throw error;
        // The answer got lost on its way: the same request with the same key gives it again.
        if (operation.repeatable && error.sent && lostAnswer.test(error.code))
          return connection.send(request).catch((again) => {
            throw again instanceof HttpFault ? networkFailure(again, asked) : again;
          });
        throw networkFailure(error, asked);
      }
    };
    const accessToken = await tokens.token();
    const answer = await once(accessToken);
    if (answer.status !== 401 || !tokens.refused(accessToken)) return answer;
    return once(await tokens.token());
  }

  async function attempt(operation: AdminOperation, body: string, size: number): Promise<ReadAnswer> {
    const spending = await budget.enter(operation.name, size);
    let read: ReadAnswer | undefined;
    try {
      const answer = await send(operation, body);
      if (answer.status !== 200) throw httpFailure(answer, asked);
      served = headerOf(answer, "x-shopify-api-version") ?? served;
      read = readAnswer(answer, asked);
      return read;
    } finally {
      spending.settle({ cost: read?.cost, throttled: read?.throttled === true });
    }
  }

  async function run<Data>(
    operation: AdminOperation,
    variables: Record<string, unknown> = {},
    size = 1,
  ): Promise<Data> {
    const body = JSON.stringify({ query: operation.text, variables });
    for (let attempts = 1; ; attempts++) {
      const { data, errors, throttled } = await attempt(operation, body, size);
      if (errors.length === 0) return data as Data;
      if (!throttled) throw graphqlFailure(errors, operation.name, asked);
      if (attempts >= throttledAttempts)
        throw stillThrottled(asked, Math.ceil(budget.waitMs(operation.name, size)));
    }
  }

  return {
    asked,
    apiVersion,
    run,
    servedVersion: () => served,
    budgetLeft: budget.left,
    close() {
      http?.close();
      http = undefined;
    },
  };
}

const lostAnswer = /^(ECONNRESET|EPIPE|ANSWER_CUT)$/;

interface ReadAnswer {
  data: unknown;
  errors: readonly unknown[];
  cost: QueryCost | undefined;
  throttled: boolean;
}

function readAnswer(answer: HttpAnswer, asked: AskedShop): ReadAnswer {
  let body: unknown;
  try {
    body = parseExactJson(answer.text);
  } catch {
    throw notJson(asked, answer);
  }
  if (!isJsonObject(body)) throw notJson(asked, answer);
  const errors = Array.isArray(body.errors)
    ? body.errors
    : body.errors
      ? [{ message: String(body.errors) }]
      : [];
  if (errors.length === 0 && !isJsonObject(body.data)) throw notJson(asked, answer);
  return { data: body.data, errors, cost: costIn(body.extensions), throttled: errors.some(isThrottled) };
}

function isThrottled(error: unknown): boolean {
  return isJsonObject(error) && isJsonObject(error.extensions) && error.extensions.code === "THROTTLED";
}

function costIn(extensions: unknown): QueryCost | undefined {
  const cost = isJsonObject(extensions) ? extensions.cost : undefined;
  if (!isJsonObject(cost) || !isJsonObject(cost.throttleStatus)) return undefined;
  const { maximumAvailable, currentlyAvailable, restoreRate } = cost.throttleStatus;
  const figures = [cost.requestedQueryCost, maximumAvailable, currentlyAvailable, restoreRate].map(Number);
  if (!figures.every(Number.isFinite)) return undefined;
  const [requestedQueryCost, most, now, rate] = figures as [number, number, number, number];
  return {
    requestedQueryCost,
    throttleStatus: { maximumAvailable: most, currentlyAvailable: now, restoreRate: rate },
  };
}

function headerOf(answer: HttpAnswer, name: string): string | undefined {
  const value = answer.headers[name];
  return typeof value === "string" ? value : undefined;
}

function originOf(address: string): string | undefined {
  try {
    const { origin, protocol } = new URL(address.trim());
    return protocol === "http:" || protocol === "https:" ? origin : undefined;
  } catch {
    return undefined;
  }
}
