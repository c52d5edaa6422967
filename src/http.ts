import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

/** One answer, whatever its status; redirects are not followed. */
export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface HttpRequest {
  method: "GET" | "POST";
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** Doing it twice is as good as once: tried again when a kept-alive connection turns out to be dead. */
  repeatable?: boolean;
}

export interface Http {
  /** @throws HttpFault when no complete answer came. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

/** No complete answer came. `code` is Node's (`ECONNREFUSED`), or one of ours. */
export class HttpFault extends Error {
  readonly code: string;
  /** Whether the other side may have seen the request. */
  readonly sent: boolean;
  readonly stale: boolean;
  constructor(code: string, message: string, sent: boolean, stale = false) {
    super(message);
    this.name = "HttpFault";
    this.code = code;
    this.sent = sent;
    this.stale = stale;
  }
}

const idleMs = 4_000;
const longestConnectMs = 10_000;
const largestAnswer = 64 * 1024 * 1024;

/** @param origin "https://example.odoo.com" */
export function createHttp(origin: string, options: { timeoutMs: number; maxSockets: number }): Http {
  const url = new URL(origin);
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // The socket timeout only ends idle connections: one that the server closes meanwhile costs a request.
  const settings = { keepAlive: true, maxSockets: options.maxSockets, timeout: idleMs };
  const agent = secure ? new HttpsAgent(settings) : new HttpAgent(settings);

  function once(request: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const body = request.body === undefined ? undefined : Buffer.from(request.body);
      const outgoing = (secure ? httpsRequest : httpRequest)({
        agent,
        host,
        port: url.port || (secure ? 443 : 80),
        method: request.method,
        path: request.path,
        headers: { ...request.headers, ...(body && { "content-length": String(body.length) }) },
      });
      let connected = false;
      let connectTimer: NodeJS.Timeout | undefined;
      let settled = false;

      function end(settle: () => void): void {
        if (settled) return;
        settled = true;
        clearTimeout(answerTimer);
        clearTimeout(connectTimer);
        settle();
      }
      function fail(code: string, message: string): void {
        const stale = outgoing.reusedSocket && (code === "ECONNRESET" || code === "EPIPE");
        end(() => reject(new HttpFault(code, message, connected, stale)));
        outgoing.destroy();
      }

      const answerTimer = setTimeout(() => fail("ANSWER_TIMEOUT", "no answer in time"), options.timeoutMs);
      outgoing.on("socket", (socket) => {
        if (!socket.connecting) {
          connected = true;
          return;
        }
        connectTimer = setTimeout(
          () => fail("CONNECT_TIMEOUT", "no connection in time"),
          Math.min(options.timeoutMs, longestConnectMs),
        );
        socket.once(secure ? "secureConnect" : "connect", () => {
          connected = true;
          clearTimeout(connectTimer);
        });
      });
      outgoing.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? "NETWORK", error.message));
      outgoing.on("response", (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > largestAnswer) fail("ANSWER_TOO_LARGE", "the answer is larger than 64 MB");
          else chunks.push(chunk);
        });
        incoming.on("error", (error: NodeJS.ErrnoException) =>
          fail(error.code ?? "ANSWER_CUT", error.message),
        );
        incoming.on("end", () => {
          if (!incoming.complete) return fail("ANSWER_CUT", "the answer ended early");
          const text = Buffer.concat(chunks).toString("utf8");
          end(() => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }));
        });
      });
      outgoing.end(body);
    });
  }

  return {
    async send(request) {
      try {
        return await once(request);
      } catch (error) {
        if (!(error instanceof HttpFault && error.stale && request.repeatable)) throw error;
        return once(request);
      }
    },
    close() {
      agent.destroy();
    },
  };
}
