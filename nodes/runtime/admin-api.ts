import type { Runtime } from "./node-red.ts";
import { openQueues } from "./queue-session.ts";

const prepared = new WeakSet<object>();

/** `GET <httpAdminRoot>/holdfast/queues`: what waits, works and failed, for those who may read it. */
export function serveAdminApi(RED: Runtime): void {
  if (RED.settings.httpAdminRoot === false || prepared.has(RED.httpAdmin)) return;
  prepared.add(RED.httpAdmin);
  RED.httpAdmin.get(
    "/holdfast/queues",
    RED.auth.needsPermission("holdfast.read"),
    async (_request, response) => {
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
    },
  );
}
