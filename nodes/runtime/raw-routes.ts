import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Runtime } from "./node-red.ts";

/** A route that gets the body's raw bytes. Resolves when the answer is on its way. */
export interface RawRoute {
  /** Bytes; a longer body is answered 413. */
  limit: number;
  handle(request: IncomingMessage, body: Buffer, response: ServerResponse): void;
  /** False: answered 401, and nothing of the body is kept. */
  mayBeSigned(request: IncomingMessage): boolean;
  /** The body was read by someone else before us: nothing can be verified. */
  consumed(request: IncomingMessage): void;
}

interface BodyParserMark {
  _body?: boolean;
}

const routes = new Map<string, RawRoute>();
/** Paths whose node is being redeployed: their requests wait for the next one. */
const handovers = new Map<string, Handover>();

interface Handover {
  from: RawRoute;
  waiting: { request: IncomingMessage; body: Buffer; response: ServerResponse }[];
  timer: NodeJS.Timeout;
}

/** Node-RED gives closing nodes 15 s; Shopify waits 5 s for an answer, so few requests wait that long. */
const handoverWithinMs = 20_000;
const answerWithinMs = 4_000;
const preparedApps = new WeakSet<object>();
const preparedServers = new WeakSet<object>();

/**
 * Adds `POST path` below httpNodeRoot. Returns its removal: for good, or until the node is back from a redeploy.
 * @throws Error when another node has the path.
 */
export function addRawRoute(RED: Runtime, path: string, route: RawRoute): (forGood: boolean) => void {
  if (routes.has(path)) throw new Error(`Another node already listens at ${path}.`);
  prepare(RED);
  routes.set(path, route);
  takeOver(path, route);
  return (forGood) => {
    if (routes.get(path) !== route) return;
    routes.delete(path);
    if (!forGood) handOver(path, route);
  };
}

function handOver(path: string, from: RawRoute): void {
  const timer = setTimeout(() => {
    handovers.delete(path);
  }, handoverWithinMs);
  timer.unref();
  handovers.set(path, { from, waiting: [], timer });
}

function takeOver(path: string, route: RawRoute): void {
  const handover = handovers.get(path);
  if (!handover) return;
  clearTimeout(handover.timer);
  handovers.delete(path);
  // The other nodes of the flow are made in the same tick.
  setImmediate(() => {
    for (const { request, body, response } of handover.waiting)
      if (!response.headersSent) hand(route, request, body, response);
  });
}

/** Keeps a request until the redeployed node takes over; after that the sender may as well try again. */
function wait(handover: Handover, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const waiting = { request, body, response };
  handover.waiting.push(waiting);
  setTimeout(() => {
    handover.waiting = handover.waiting.filter((one) => one !== waiting);
    answer(response, 503, "Restarting; send it again.");
  }, answerWithinMs).unref();
}

function routeAt(path: string): RawRoute | undefined {
  const route = routes.get(path);
  if (route) return route;
  const handover = handovers.get(path);
  return (
    handover && {
      limit: handover.from.limit,
      mayBeSigned: handover.from.mayBeSigned,
      handle: (request, body, response) => wait(handover, request, body, response),
      consumed: () => {},
    }
  );
}

/** "/shopify/webhooks/" and "shopify/webhooks" are the same path. */
export function normalisePath(path: string): string {
  return `/${path.trim().replace(/^\/+|\/+$/g, "")}`;
}

function prepare(RED: Runtime): void {
  if (!preparedApps.has(RED.httpNode)) {
    preparedApps.add(RED.httpNode);
    RED.httpNode.use((request, response, next) => dispatch(request, request.path, response, next));
  }
  const server = RED.server as unknown as Server | undefined;
  if (server && !preparedServers.has(server)) {
    preparedServers.add(server);
    const root = httpNodeRoot(RED);
    server.prependListener("request", (request: IncomingMessage & BodyParserMark) => {
      // The admin app's body parser sits before every node's route and skips what is marked as read.
      if (reserved(request, root)) request._body = true;
    });
  }
}

function httpNodeRoot(RED: Runtime): string {
  const root = RED.settings.httpNodeRoot;
  return typeof root === "string" ? normalisePath(root).replace(/\/$/, "") : "";
}

function reserved(request: IncomingMessage, root: string): boolean {
  if (request.method !== "POST") return false;
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  // Express finds the root in any case, and only as a whole step of the path.
  const below = path.slice(root.length);
  return (
    path.slice(0, root.length).toLowerCase() === root.toLowerCase() &&
    below.startsWith("/") &&
    routeAt(normalisePath(below)) !== undefined
  );
}

function dispatch(
  request: IncomingMessage & { body?: unknown },
  path: string,
  response: ServerResponse,
  next: () => void,
): void {
  const at = normalisePath(path);
  const route = request.method === "POST" ? routeAt(at) : undefined;
  if (!route) return next();
  if (request.readableEnded || request.readableDidRead) {
    if (Buffer.isBuffer(request.body)) return hand(route, request, request.body, response);
    route.consumed(request);
    return answer(response, 500, "The body was read before it could be verified.");
  }
  if (!route.mayBeSigned(request)) return refuse(request, response, 401, "Not signed.");
  collect(request, response, at, route.limit);
}

/** Strangers may send bodies too: what is kept of unverified ones is bounded, in bytes and in time. */
const mostBytesHeld = 64 * 1024 * 1024;
const bodyWithinMs = 10_000;
let bytesHeld = 0;

function collect(request: IncomingMessage, response: ServerResponse, path: string, limit: number): void {
  const tooLarge = "The body is larger than this address accepts.";
  if (Number(request.headers["content-length"] ?? 0) > limit) return refuse(request, response, 413, tooLarge);
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    bytesHeld -= size;
    chunks.length = 0;
    clearTimeout(late);
  };
  const giveUp = (status: number, text: string): void => {
    end();
    refuse(request, response, status, text);
  };
  const late = setTimeout(() => giveUp(408, "The body did not arrive in time."), bodyWithinMs);
  request.on("data", (chunk: Buffer) => {
    if (over) return;
    size += chunk.length;
    bytesHeld += chunk.length;
    chunks.push(chunk);
    if (size > limit) giveUp(413, tooLarge);
    else if (bytesHeld > mostBytesHeld) giveUp(503, "Too much at once; send it again.");
  });
  request.on("close", end);
  request.on("end", () => {
    if (over) return;
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    end();
    // A deploy may have put another node in this place while the body came.
    const route = routeAt(path);
    if (route) hand(route, request, body, response);
    else answer(response, 404, "Nobody listens here any more.");
  });
}

/** A listener that throws would end the process. */
function hand(route: RawRoute, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  try {
    route.handle(request, body, response);
  } catch (thrown) {
    console.error(thrown);
    answer(response, 500, "The receiver failed; send it again.");
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  answer(response, status, text);
  // A sender hears the answer only after it has sent all: the rest is thrown away, but not for long.
  request.removeAllListeners("data");
  request.resume();
  const cut = setTimeout(() => request.destroy(), 5_000);
  request.once("close", () => clearTimeout(cut));
}

export function answer(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = status;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end(text);
}
