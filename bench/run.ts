import { cpus, loadavg } from "node:os";
import { machineLimits } from "./machine.ts";
import type { Figure, Limit, Row, RowOptions } from "./row.ts";
import { appends } from "./rows/appends.ts";
import { backlog } from "./rows/backlog.ts";
import { throughFlow } from "./rows/flow.ts";
import { instances } from "./rows/instances.ts";
import { odooWrites } from "./rows/odoo.ts";
import { operator } from "./rows/operator.ts";
import { stockLatency } from "./rows/stock.ts";
import { webhooks } from "./rows/webhooks.ts";

const rows: readonly Row[] = [
  webhooks,
  appends,
  throughFlow,
  backlog,
  operator,
  instances,
  odooWrites,
  stockLatency,
];

/** Measures the rows of these names, or all; prints the tables. True when a figure falls short. */
export async function runBench({ names, ...options }: RowOptions & { names: string[] }): Promise<boolean> {
  const unknown = names.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0)
    throw new Error(
      `No such row: ${unknown.join(", ")}. There are: ${rows.map(({ name }) => name).join(", ")}.`,
    );
  const figures: Figure[] = [];
  const limits: Limit[] = [];
  const began = performance.now();
  options.say("machine …");
  limits.push(...(await machineLimits()));
  for (const row of rows) {
    if (names.length > 0 && !names.includes(row.name)) continue;
    options.say(`${row.name} … (${Math.round((performance.now() - began) / 1000)} s so far)`);
    const measured = await row.measure(options);
    figures.push(...measured.figures);
    limits.push(...(measured.limits ?? []));
  }
  const load = loadavg()[0]!.toFixed(1);
  limits.push({
    what: "processor",
    value: `${cpus().length} × ${cpus()[0]?.model.trim()}; load ${load} at the end`,
  });
  limits.push({ what: "Node.js", value: process.version });
  console.log(table(["figure", "measured", "to reach", "", "what bounds it"], figures.map(cells)));
  console.log(
    table(
      ["the machine itself", "in this run"],
      limits.map(({ what, value }) => [what, value]),
    ),
  );
  options.say(`${Math.round((performance.now() - began) / 1000)} s`);
  return figures.some(({ ok }) => ok === false);
}

function cells({ figure, measured, reach, ok, bound }: Figure): string[] {
  return [figure, measured, reach || "say what it is", ok === null ? "" : ok ? "ok" : "falls short", bound];
}

function table(head: string[], body: string[][]): string {
  const line = (parts: string[]): string => `| ${parts.join(" | ")} |`;
  return `${[line(head), line(head.map(() => "---")), ...body.map(line)].join("\n")}\n`;
}
