import { onActivity, openQueues, type Runtime } from "../runtime/index.ts";

const EVERY_MS = 1_000;
const MOST_IDS = 50;

/**
 * Tells every open page that something moved, in counters and ids only: Node-RED sends this to all editors, whoever
 * sits there. What is behind them is fetched by those who may.
 */
export function tellPages(RED: Runtime): void {
  let said = "";
  let gone: string[] = [];
  onActivity((activity) => {
    if (activity.what === "settled" && activity.outcome.to === "dead" && gone.length < MOST_IDS)
      gone.push(`${activity.queue}/${activity.id}`);
  });
  const tell = async (): Promise<void> => {
    const queues: Record<string, object> = {};
    for (const session of openQueues()) {
      const running = session.running();
      if (!running) continue;
      const { blocked, ready, leased, dead, done } = await running.store.counts();
      const { paused, held } = running.worker.status();
      const stopped = { paused: paused !== null, held: held !== null };
      queues[session.name] = { waiting: blocked + ready, inFlight: leased, dead, done, ...stopped };
    }
    const saying = JSON.stringify(queues);
    if (saying === said && gone.length === 0) return;
    said = saying;
    RED.comms.publish("holdfast/counts", { queues, dead: gone }, false);
    gone = [];
  };
  let busy = false;
  setInterval(() => {
    if (busy) return;
    busy = true;
    tell()
      // What is wrong with a store is seen in its node's status and on the page.
      .catch(() => {})
      .finally(() => {
        busy = false;
      });
  }, EVERY_MS).unref();
}
