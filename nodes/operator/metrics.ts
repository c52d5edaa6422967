import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Rates } from "../../src/index.ts";
import type { Activity, Runtime } from "../runtime/index.ts";
import type { Asked } from "./access.ts";
import type { BulkRetries } from "./bulk-retries.ts";
import { viewQueues } from "./overview.ts";
import type { Desk, Reply } from "./routes.ts";

/** What Prometheus reads. Counters are of this process, depths are of the queue. */
export interface Metrics {
  see(activity: Activity): void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** From a blink to a night of maintenance. */
const LATENCIES_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 43_200];

export function createMetrics(rates: Rates, retries: BulkRetries): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers });

  const stored = counter("holdfast_events_stored_total", "Events stored, duplicates not counted.", "queue");
  const settled = counter(
    "holdfast_deliveries_settled_total",
    "Deliveries that ended, by how: done, retry, defer, hold, release, dead.",
    "queue",
    "outcome",
  );
  const failed = counter(
    "holdfast_failures_total",
    "Deliveries that failed, by the class of the failure.",
    "queue",
    "class",
  );
  const latency = new Histogram({
    name: "holdfast_webhook_to_applied_seconds",
    help: "From an event's storing, which is when its webhook was answered, to its being done.",
    labelNames: ["queue"],
    buckets: LATENCIES_S,
    registers,
  });
  const depth = gauge(
    "holdfast_queue_events",
    "Events in the queue, by state: waiting, delayed, in_flight, dead.",
    "queue",
    "state",
  );
  const oldest = gauge(
    "holdfast_queue_oldest_waiting_seconds",
    "Age of the oldest event that is neither done nor dead; 0 when there is none.",
    "queue",
  );
  const stopped = gauge(
    "holdfast_queue_stopped",
    "1 while the queue does not deliver, by why: held (its destination is away), paused (by a person), troubled, closed.",
    "queue",
    "why",
  );
  const heldFor = gauge(
    "holdfast_queue_held_seconds",
    "For how long the queue has been held; 0 when it is not.",
    "queue",
  );

  return {
    contentType: registry.contentType,
    see(activity) {
      const { queue } = activity;
      if (activity.what === "stored") return stored.inc({ queue });
      const { outcome } = activity;
      settled.inc({ queue, outcome: outcome.to });
      if ("failure" in outcome && outcome.failure) failed.inc({ queue, class: outcome.failure.class });
      if (outcome.to === "done") latency.observe({ queue }, (activity.at - activity.enqueuedAt) / 1000);
    },
    async text() {
      const now = Date.now();
      for (const one of [depth, oldest, stopped, heldFor]) one.reset();
      const queues = await viewQueues(rates, retries, now);
      for (const { name: queue, counts, oldestWaitingAt, state, held } of queues) {
        const { waiting, delayed, inFlight, dead } = counts;
        for (const [kind, n] of Object.entries({ waiting, delayed, in_flight: inFlight, dead }))
          depth.set({ queue, state: kind }, n);
        oldest.set({ queue }, oldestWaitingAt === null ? 0 : Math.max(0, now - oldestWaitingAt) / 1000);
        for (const why of ["held", "paused", "troubled", "closed"])
          stopped.set({ queue, why }, state === why ? 1 : 0);
        heldFor.set({ queue }, held ? Math.max(0, now - held.since) / 1000 : 0);
      }
      return registry.metrics();
    },
  };
}

export async function metricsRoute(_RED: Runtime, { metrics }: Desk, _request: Asked): Promise<Reply> {
  return { body: await metrics.text(), type: metrics.contentType };
}
