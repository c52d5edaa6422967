import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { exportOpenEvents, failureOf, HoldfastError, importEvents, readLines } from "../../src/index.ts";
import type { Runtime } from "./node-red.ts";
import { findQueue, openQueues, type QueueSession } from "./queue-session.ts";

const prepared = new WeakSet<object>();

/** What Express adds to a request that we use. */
type Asked = IncomingMessage & { params: { name?: string }; _body?: boolean };
type Running = NonNullable<ReturnType<QueueSession["running"]>>;

/**
 * Below `<httpAdminRoot>/holdfast/queues`, for those who may:
 * - `GET /`: what waits, works and failed.
 * - `GET /NAME/export`: what a queue still has to do, one event a line. The queue must be paused and at rest, because
 *   two queues that work on the same events would apply each twice and keep no order between them.
 * - `POST /NAME/import`: such lines, as `application/x-ndjson`; they are worked on at once. Twice doubles nothing.
 */
export function serveAdminApi(RED: Runtime): void {
  if (RED.settings.httpAdminRoot === false || prepared.has(RED.httpAdmin)) return;
  prepared.add(RED.httpAdmin);
  const mayRead = RED.auth.needsPermission("holdfast.read");
  const mayWrite = RED.auth.needsPermission("holdfast.write");
  const { httpAdmin } = RED;

  httpAdmin.get("/holdfast/queues", mayRead, async (_request, response) => {
    try {
      const queues = openQueues().map(async (session) => {
        const running = session.running();
        return {
          name: session.name,
          open: running !== null,
          counts: running ? await running.store.counts() : null,
        };
      });
      response.json(await Promise.all(queues));
    } catch (thrown) {
      response.status(503).json({ message: (thrown as Error).message });
    }
  });

  httpAdmin.get(
    "/holdfast/queues/:name/export",
    // Whole orders with their customers: more than Node-RED's own "read" may give to every visitor.
    mayWrite,
    onQueue(async ({ store, worker }, request, response) => {
      await requireRest(store.queue, { store, worker });
      response.setHeader("Content-Type", "application/x-ndjson");
      response.setHeader("Content-Disposition", `attachment; filename="${request.params.name}.ndjson"`);
      await pipeline(exportOpenEvents(store), response);
    }),
  );

  httpAdmin.post(
    "/holdfast/queues/:name/import",
    mayWrite,
    onQueue(async ({ store, worker }, request, response) => {
      // Node-RED has read a body of JSON or of a form before we see it, whole and with a limit.
      if (request._body) throw notLines();
      let tally = { stored: 0, duplicate: 0 };
      try {
        await importEvents(store, readLines(request), {
          now: Date.now,
          onProgress: (so) => {
            tally = so;
          },
        });
        answer(response, 200, tally);
      } catch (thrown) {
        answerFailure(response, thrown, tally);
      }
      worker.wake();
    }),
  );
}

/** Finds the queue that a path names, and turns whatever goes wrong into an answer. */
function onQueue(
  act: (running: Running, request: Asked, response: ServerResponse) => Promise<void>,
): (request: unknown, response: unknown) => Promise<void> {
  return async (given, answering) => {
    const request = given as Asked;
    const response = answering as ServerResponse;
    try {
      const name = request.params.name ?? "";
      const session = findQueue(name);
      if (!session) throw noQueue(name);
      const running = session.running();
      if (!running)
        throw new HoldfastError({
          class: "unavailable",
          code: "queue_closed",
          message: `Queue "${name}" is not open.`,
          hint: "Its node's status says why.",
          source: "queue",
        });
      await act(running, request, response);
    } catch (thrown) {
      if (response.headersSent) response.destroy();
      else answerFailure(response, thrown);
    }
  };
}

async function requireRest(name: string, { store, worker }: Running): Promise<void> {
  const refuse = (message: string, hint: string) =>
    new HoldfastError({ class: "conflict", code: "queue_at_work", message, hint, source: "queue" });
  if (!(await store.paused()))
    throw refuse(
      `Queue "${name}" is at work: an event exported now could be applied here as well.`,
      `Pause it first: POST holdfast/queues/${name}/pause.`,
    );
  const { leased } = await store.counts();
  const underWay = Math.max(leased, worker.status().inFlight);
  if (underWay > 0)
    throw refuse(
      `Queue "${name}" is paused, but ${underWay} of its events are still under way.`,
      "Try again when they have ended.",
    );
}

const statusOf: Record<string, number> = {
  no_queue: 404,
  queue_at_work: 409,
  not_lines: 415,
  bad_import: 400,
};

function answerFailure(response: ServerResponse, thrown: unknown, more: object = {}): void {
  const { code, message, hint } = failureOf(thrown, "queue");
  answer(response, statusOf[code] ?? 503, { code, message, hint, ...more });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(body));
}

function noQueue(name: string): HoldfastError {
  const known = openQueues().map((session) => session.name);
  return new HoldfastError({
    class: "rejected",
    code: "no_queue",
    message: `There is no queue "${name}" in this Node-RED. Queues: ${known.join(", ") || "none"}.`,
    source: "queue",
  });
}

function notLines(): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code: "not_lines",
    message: "An import is sent as lines, not as one piece of JSON.",
    hint: "Send it with the header Content-Type: application/x-ndjson.",
    source: "queue",
  });
}
