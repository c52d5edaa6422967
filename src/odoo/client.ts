import { HoldfastError } from "../failure.ts";
import { createHttp, type Http, HttpFault } from "../http.ts";
import { withoutSecrets } from "../secrets.ts";
import { type Asked, badUrl } from "./errors.ts";
import { createGate, type GateTime } from "./gate.ts";
import { createJson2 } from "./json2.ts";
import { askVersion, type OdooVersion } from "./server-version.ts";
import { type CallParams, isRepeatable, type Transport } from "./transport.ts";
import { networkFailure } from "./wire-errors.ts";
import { createXmlRpc } from "./xmlrpc.ts";

export interface OdooConfig {
  /** "https://example.odoo.com"; a path is ignored. */
  url: string;
  db: string;
  login: string;
  /** An API key; before Odoo 19 a password does too. */
  apiKey: string;
  /** auto (default): JSON-2 from Odoo 19 on, XML-RPC before. */
  transport?: "auto" | "json2" | "xmlrpc";
  /** How long an answer may take, in milliseconds; 60,000 by default. */
  timeoutMs?: number;
  /** Calls at the same time; 4 by default. */
  maxParallel?: number;
  /** Pause between the starts of two calls, in milliseconds; 0 by default, 1,000 for Odoo Online. */
  minIntervalMs?: number;
}

export interface OdooClient {
  /**
   * Calls a method of a model, as the configured user; one call is one transaction in Odoo.
   * @returns what Odoo returns; null when the method returns nothing.
   * @throws HoldfastError with the failure's class; never anything else.
   */
  call(model: string, method: string, params?: CallParams): Promise<unknown>;
  /** How it is reached. @throws HoldfastError */
  reached(): Promise<OdooReached>;
  /** Asked once, and again after the server was away. @throws HoldfastError */
  version(): Promise<OdooVersion>;
  /** Closes idle connections and breaks off running calls; a closed client can be used again. */
  close(): void;
  /** Calls at the same time, at most. */
  readonly maxParallel: number;
  /** Who this client is, for messages; holds no secret. */
  readonly asked: Asked;
}

export interface OdooReached {
  transport: "json2" | "xmlrpc";
  /** How far the server's clock, or its proxy's, is ahead of ours, in milliseconds; null when it does not say. */
  clockAheadMs: number | null;
}

/** Makes a client; nothing is connected before the first call. */
export function createOdooClient(config: OdooConfig, time?: GateTime): OdooClient {
  const { transport: wanted = "auto", timeoutMs = 60_000, maxParallel = 4, minIntervalMs = 0 } = config;
  const gate = createGate(maxParallel, minIntervalMs, time);
  const asked: Asked = {
    origin: originOf(config.url) ?? config.url,
    db: config.db,
    login: config.login,
    clean: (text) => withoutSecrets(text, [config.apiKey]),
  };
  let http: Http | undefined;
  let known: Promise<OdooVersion> | undefined;
  let clockAheadMs: number | null = null;
  const transports = new Map<"json2" | "xmlrpc", Transport>();

  /** Every request goes through here: the cap, and network faults turned into failures. */
  const guarded: Http = {
    send: (request) =>
      gate.run(async () => {
        if (originOf(config.url) === undefined) throw badUrl(asked);
        http ??= createHttp(asked.origin, { timeoutMs, maxSockets: maxParallel });
        try {
          const answer = await http.send(request);
          const date = Date.parse(String(answer.headers.date ?? ""));
          // The header counts whole seconds: its middle is the likeliest.
          clockAheadMs = Number.isNaN(date) ? null : date + 500 - Date.now();
          return answer;
        } catch (error) {
          throw error instanceof HttpFault ? networkFailure(error, asked) : error;
        }
      }),
    close: () => http?.close(),
  };

  function forget(): void {
    known = undefined;
    transports.clear();
  }

  async function watched<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // After an outage it may be another version, or another user id.
      if (error instanceof HoldfastError && error.failure.class === "unavailable") forget();
      throw error;
    }
  }

  function version(): Promise<OdooVersion> {
    known ??= askVersion(guarded, asked).catch((error) => {
      known = undefined;
      throw error;
    });
    return known;
  }

  async function transportKind(): Promise<"json2" | "xmlrpc"> {
    if (wanted !== "auto") return wanted;
    return (await version()).major >= 19 ? "json2" : "xmlrpc";
  }

  async function transport(): Promise<Transport> {
    const kind = await transportKind();
    let made = transports.get(kind);
    if (!made) {
      made = (kind === "json2" ? createJson2 : createXmlRpc)({ http: guarded, config, asked });
      transports.set(kind, made);
    }
    return made;
  }

  return {
    asked,
    maxParallel,
    version,
    reached: async () => ({ transport: await transportKind(), clockAheadMs }),
    call: (model, method, params = {}) =>
      watched(async () => (await transport()).call(model, method, params, isRepeatable(method))),
    close() {
      http?.close();
      http = undefined;
      forget();
    },
  };
}

function originOf(url: string): string | undefined {
  try {
    const { origin, protocol } = new URL(url.trim());
    return protocol === "http:" || protocol === "https:" ? origin : undefined;
  } catch {
    return undefined;
  }
}
