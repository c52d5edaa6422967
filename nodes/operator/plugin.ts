import { createRates } from "../../src/index.ts";
import { onActivity, type Runtime, serveAdminApi } from "../runtime/index.ts";
import { bulkRetries } from "./bulk-retries.ts";
import { tellPages } from "./live.ts";
import { logLine } from "./log-lines.ts";
import { createMetrics } from "./metrics.ts";
import { servePage } from "./page-files.ts";
import { serveRoutes } from "./routes.ts";

/** The operator's page and sidebar, and the API below both. */
export default function register(RED: Runtime): void {
  const rates = createRates();
  const retries = bulkRetries((error) =>
    RED.log.warn(`holdfast: retrying dead letters stopped: ${error.message}`),
  );
  const metrics = createMetrics(rates, retries);
  onActivity((activity) => {
    metrics.see(activity);
    const line = logLine(activity);
    if (line) RED.log[line.level](line.text);
    if (activity.what === "stored") rates.count(`${activity.queue} in`, activity.at);
    else if (activity.outcome.to === "done") rates.count(`${activity.queue} out`, activity.at);
  });
  if (RED.settings.httpAdminRoot === false) return;
  serveAdminApi(RED);
  serveRoutes(RED, { rates, retries, metrics });
  servePage(RED, __dirname);
  tellPages(RED);
}
