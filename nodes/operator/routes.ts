import { failureOf, type Rates } from "../../src/index.ts";
import type { Runtime } from "../runtime/index.ts";
import {
  type Answering,
  type Asked,
  answerJson,
  type Permission,
  requireJson,
  requirePermission,
} from "./access.ts";
import * as acts from "./acts.ts";
import type { BulkRetries } from "./bulk-retries.ts";
import * as looks from "./looks.ts";
import { type Metrics, metricsRoute } from "./metrics.ts";

/** What the operator's routes share. */
export interface Desk {
  rates: Rates;
  retries: BulkRetries;
  metrics: Metrics;
}

export interface Reply {
  status?: number;
  body: unknown;
  /** Of a body that is no JSON. */
  type?: string;
}

interface Route {
  method: "get" | "post";
  path: string;
  needs: Permission;
  run(RED: Runtime, desk: Desk, request: Asked): Promise<Reply>;
}

/** Below `<httpAdminRoot>/holdfast`; docs/operator-api.json describes each. */
export const routes: Route[] = [
  { method: "get", path: "/overview", needs: "holdfast.read", run: looks.overview },
  { method: "get", path: "/health", needs: "holdfast.read", run: looks.health },
  { method: "get", path: "/metrics", needs: "holdfast.read", run: metricsRoute },
  { method: "get", path: "/events", needs: "holdfast.read", run: looks.listEvents },
  { method: "get", path: "/queues/:queue/events/:id", needs: "holdfast.read", run: looks.oneEvent },
  { method: "get", path: "/queues/:queue/events/:id/record", needs: "holdfast.read", run: looks.odooRecord },
  { method: "get", path: "/queues/:queue/acts", needs: "holdfast.read", run: looks.listActs },
  { method: "post", path: "/queues/:queue/retry", needs: "holdfast.write", run: acts.retry },
  { method: "post", path: "/queues/:queue/retry/stop", needs: "holdfast.write", run: acts.stopRetry },
  { method: "post", path: "/queues/:queue/discard", needs: "holdfast.write", run: acts.discard },
  { method: "post", path: "/queues/:queue/events/:id/edit", needs: "holdfast.write", run: acts.edit },
  { method: "post", path: "/queues/:queue/pause", needs: "holdfast.write", run: acts.pause },
  { method: "post", path: "/queues/:queue/resume", needs: "holdfast.write", run: acts.resume },
  { method: "post", path: "/queues/:queue/probe", needs: "holdfast.write", run: acts.probe },
];

const statusOf: Record<string, number> = {
  no_queue: 404,
  no_event: 404,
  no_record: 404,
  bad_filter: 400,
  bad_act: 400,
  not_dead: 409,
  payload_changed: 409,
  retry_running: 409,
};

export function serveRoutes(RED: Runtime, desk: Desk): void {
  for (const { method, path, needs, run } of routes) {
    const handle = async (request: Asked, response: Answering): Promise<void> => {
      try {
        const { status = 200, body, type } = await run(RED, desk, request);
        if (type === undefined) return answerJson(response, status, body);
        response.statusCode = status;
        response.setHeader("Content-Type", type);
        response.end(body);
      } catch (thrown) {
        const { code, message, hint } = failureOf(thrown, "queue");
        answerJson(response, statusOf[code] ?? 503, { code, message, hint });
      }
    };
    const guards = [requirePermission(RED, needs), ...(method === "post" ? [requireJson] : [])];
    RED.httpAdmin[method](`/holdfast${path}`, ...(guards as never[]), handle as never);
  }
}
