/** The load generator: raw sockets, one request in flight on each, bodies signed beforehand. */
import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { sign } from "../sandbox/shopify/index.ts";
import type { LoadResult, LoadSetup, LoadWindow } from "./http-load.ts";
import { quantile } from "./measure.ts";
import { orderBodies } from "./order-bodies.ts";

const setup = JSON.parse(process.argv[2]!) as LoadSetup;
const idLength = 36;
const signed = orderBodies(setup.bodies).map((body) => ({ body, signature: sign(body, setup.secret) }));
let nextBody = 0;

interface Prepared {
  bytes: Buffer;
  idAt: number;
}

/** Whole requests for one target; only the webhook id is written anew each time. */
function prepare(port: number, path: string): Prepared[] {
  return signed.map(({ body, signature }) => {
    const upToId = [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "Content-Type: application/json",
      "User-Agent: Shopify-Captain-Hook",
      `X-Shopify-Topic: ${setup.topic}`,
      `X-Shopify-Hmac-Sha256: ${signature}`,
      `X-Shopify-Shop-Domain: ${setup.shop}`,
      "X-Shopify-API-Version: 2026-10",
      "X-Shopify-Event-Id: 98880550-7158-44d4-b7cd-2c97c8a091b5",
      "X-Shopify-Triggered-At: 2026-11-23T18:00:00.000Z",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "X-Shopify-Webhook-Id: ",
    ].join("\r\n");
    return {
      bytes: Buffer.from(`${upToId}${"0".repeat(idLength)}\r\n\r\n${body}`),
      idAt: Buffer.byteLength(upToId),
    };
  });
}

const preparedFor = new Map<string, Prepared[]>();

async function run({ port, path, connections, ms }: LoadWindow): Promise<LoadResult> {
  const target = `${port}${path}`;
  const requests = preparedFor.get(target) ?? prepare(port, path);
  preparedFor.set(target, requests);
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const began = performance.now();
  const until = began + ms;
  let inTime = 0;
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve, reject) => {
          let sentAt = 0;
          const next = (): void => {
            // A body comes again only after all others: the request that used its bytes before has long been answered.
            const { bytes, idAt } = requests[nextBody++ % requests.length]!;
            bytes.write(randomUUID(), idAt, "latin1");
            sentAt = performance.now();
            socket.write(bytes);
          };
          onAnswers(socket, (status) => {
            const now = performance.now();
            latencies.push(now - sentAt);
            statuses[status] = (statuses[status] ?? 0) + 1;
            if (now >= until) {
              socket.destroy();
              return resolve();
            }
            inTime++;
            next();
          });
          socket.on("error", reject);
          socket.on("close", () => reject(new Error("The server closed a connection.")));
          next();
        }),
    ),
  );
  return {
    perSecond: (inTime * 1000) / ms,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    statuses,
  };
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** Calls back with the status of each whole answer. Every answer says how long it is, or is chunked and short. */
function onAnswers(socket: Socket, each: (status: string) => void): void {
  let unread = "";
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    unread += chunk;
    const head = unread.indexOf("\r\n\r\n");
    if (head < 0) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(unread)?.[1];
    const whole =
      length === undefined ? unread.endsWith("0\r\n\r\n") : unread.length >= head + 4 + Number(length);
    if (!whole) return;
    const status = unread.slice(9, 12);
    unread = "";
    each(status);
  });
}

process.on("message", (window: LoadWindow) => {
  run(window).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on("disconnect", () => process.exit());
process.send?.({ ready: true });
