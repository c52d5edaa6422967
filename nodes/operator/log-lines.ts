import type { Activity } from "../runtime/index.ts";

/**
 * A settled delivery as a line of `name=value` (logfmt). No message of a failure: it may name a customer.
 * What went well is for those who look closely.
 */
export function logLine(activity: Activity): { level: "info" | "debug"; text: string } | null {
  if (activity.what !== "settled") return null;
  const { queue, id, reference, topic, attempt, outcome, at, enqueuedAt } = activity;
  const failure = "failure" in outcome ? outcome.failure : undefined;
  const fields: Record<string, string | number | undefined> = {
    event: id,
    order: reference ?? undefined,
    queue,
    topic,
    attempt,
    outcome: outcome.to,
    class: failure?.class,
    code: failure?.code,
    source: failure?.source,
    ...(outcome.to === "done" ? { ms: at - enqueuedAt } : {}),
  };
  const text = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${plain(String(value))}`)
    .join(" ");
  const quiet = outcome.to === "done" || outcome.to === "release";
  return { level: quiet ? "debug" : "info", text: `holdfast ${text}` };
}

/** One line, whatever a shop calls its orders. */
function plain(value: string): string {
  return /^[\w#./:-]+$/.test(value) ? value : JSON.stringify(value);
}
