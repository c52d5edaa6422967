import { statSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { makeOrder, makeWebhook, type Webhook } from "../../sandbox/shopify/index.ts";
import { readTrace, type Step, straceInto } from "./chaos-trace.ts";
import { eventually } from "./eventually.ts";
import { exampleFlow } from "./flow.ts";
import { temporaryFolder } from "./temporary.ts";

export const shop = "holdfast-power.myshopify.com";
export const secret = "a webhook secret";
const lanes = 8;

/** A webhook that Node-RED answered 200, and where in the trace that answer began. */
export interface Acknowledged {
  dedupeId: string;
  webhookId: string;
  body: string;
  line: number;
}

export interface Recording {
  folder: string;
  steps: Step[];
  acknowledged: Acknowledged[];
}

export interface Sent {
  run: number;
  port: number;
  webhook: Webhook;
  status: number;
}

/**
 * Runs the example flow in a Node-RED under strace: from a queue's file that does not exist, through a pause in which
 * the log goes into the file, a stop, a second start and a kill, with webhooks all the while.
 */
export async function recordNodeRed(webhooks: number): Promise<Recording> {
  const home = temporaryFolder();
  const odoo = await startOdooStandIn({});
  const userDir = path.join(home.path, "node-red");
  const folder = path.join(userDir, "holdfast");
  const sent: Sent[] = [];
  const traces = ["first", "second"].map((name) => path.join(home.path, `${name}.strace`));
  let nodeRed: NodeRedProcess | undefined;
  const launch = async (trace: string): Promise<NodeRedProcess> =>
    launchNodeRed({
      userDir,
      under: straceInto(trace),
      settings: { disableEditor: true, credentialSecret: "chaos" },
      env: {
        SHOPIFY_SHOP: shop,
        SHOPIFY_WEBHOOK_SECRET: secret,
        SHOPIFY_ADMIN_TOKEN: "",
        SHOPIFY_ADMIN_URL: "",
        ODOO_URL: odoo.url,
        ODOO_DB: odoo.db,
        ODOO_LOGIN: odoo.login,
        ODOO_API_KEY: odoo.apiKey,
      },
    });
  try {
    nodeRed = await launch(traces[0]!);
    await nodeRed.deploy(exampleFlow());
    const beforePause = Math.round(webhooks * 0.5);
    const inFirst = Math.round(webhooks * 0.7);
    await sendAll(nodeRed, 0, 1, beforePause, sent);
    // The log goes into the file on its own thread, and begins anew with what comes next.
    await eventually("the log is in the file", () => statSync(path.join(folder, "queue.db")).size > 100_000);
    await sendAll(nodeRed, 0, beforePause + 1, inFirst - beforePause, sent);
    // A stop closes the file: what the log holds goes into it, and the log is removed.
    await nodeRed.stop();
    nodeRed = await launch(traces[1]!);
    await sendAll(nodeRed, 1, inFirst + 1, webhooks - inFirst, sent);
    await nodeRed.kill();
    // The tracer writes its last lines when it sees the end.
    await sleep(500);

    const steps: Step[] = [];
    const acknowledged: Acknowledged[] = [];
    let fromLine = 0;
    for (const [run, trace] of traces.entries()) {
      const read = readTrace(trace, folder, fromLine);
      acknowledged.push(
        ...matchAnswers(
          read,
          sent.filter((one) => one.run === run),
        ),
      );
      steps.push(...read);
      fromLine =
        Math.max(fromLine, ...read.flatMap(({ line, end }) => [line, end].filter(Number.isFinite))) + 1;
    }
    return { folder, steps, acknowledged };
  } finally {
    await nodeRed?.kill();
    await odoo.close();
    home.remove();
  }
}

/** The nth answer on a connection is that of its nth request: one is under way at a time. */
function matchAnswers(steps: Step[], sent: Sent[]): Acknowledged[] {
  const requests = new Map<number, Sent[]>();
  for (const one of sent) requests.set(one.port, [...(requests.get(one.port) ?? []), one]);
  const found: Acknowledged[] = [];
  for (const step of steps) {
    if (step.kind !== "answer") continue;
    const request = requests.get(step.clientPort)?.shift();
    if (!request) continue;
    if (request.status !== 0 && request.status !== step.status)
      throw new Error(`The trace has ${step.status} where the sender saw ${request.status}.`);
    if (step.status !== 200) continue;
    const webhookId = request.webhook.headers["X-Shopify-Webhook-Id"]!;
    found.push({
      webhookId,
      dedupeId: `${shop}/${webhookId}`,
      body: request.webhook.body,
      line: step.line,
    });
  }
  const seen = sent.filter(({ status }) => status === 200).length;
  if (found.length < seen) throw new Error(`The sender saw ${seen} answers, the trace has ${found.length}.`);
  return found;
}

/** Several senders, each with one connection and one request under way. */
export async function sendAll(
  nodeRed: { url: string },
  run: number,
  first: number,
  count: number,
  sent: Sent[],
): Promise<void> {
  let next = first;
  const lane = async (): Promise<void> => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    while (next < first + count) {
      const order = makeOrder(5, 1000 + next++);
      const webhook = makeWebhook({ body: order.body, secret, shop });
      sent.push(await sendOne(nodeRed.url, agent, webhook, run));
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function sendOne(url: string, agent: http.Agent, webhook: Webhook, run: number): Promise<Sent> {
  return new Promise((resolve) => {
    const one: Sent = { run, port: 0, webhook, status: 0 };
    const headers = { ...webhook.headers, "Content-Length": Buffer.byteLength(webhook.body) };
    const request = http.request(
      `${url}/shopify/webhooks`,
      { method: "POST", headers, agent },
      (response) => {
        one.port = response.socket.localPort ?? 0;
        one.status = response.statusCode ?? 0;
        response.resume();
        response.on("close", () => resolve(one));
      },
    );
    request.on("error", () => resolve(one));
    request.end(webhook.body);
  });
}

// ---- the order of things

/** What is wrong with the order of one acknowledgement, or null. */
export function lateSync({ folder, steps }: Recording, { webhookId, line }: Acknowledged): string | null {
  const log = path.join(folder, "queue.db-wal");
  const id = Buffer.from(webhookId);
  const inLog = steps.filter((step) => "file" in step && step.file === log && step.end < line);
  const written = inLog.findIndex((step) => step.kind === "write" && step.data.includes(id));
  if (written < 0) return "200 left before the event was in the write-ahead log";
  const committed = inLog.findIndex((step, at) => at > written - 2 && isCommit(step));
  if (committed < 0) return "200 left before the event was committed";
  // The page itself follows its frame's header.
  const after = Math.max(committed + 1, written);
  const synced = inLog.some(
    (step, at) => at > after && step.kind === "sync" && step.line > inLog[after]!.end,
  );
  return synced ? null : "200 left before fsync had returned";
}

/** A frame's header with the database's size in it ends a transaction. */
function isCommit(step: Step): boolean {
  return (
    step.kind === "write" && step.data.length === 24 && step.offset > 0 && step.data.readUInt32BE(4) !== 0
  );
}
