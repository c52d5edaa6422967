import { findAny, forgetId } from "../known-ids.ts";
import { eachAlone, type Run, warnPlan } from "../run.ts";
import type { Job } from "./step.ts";

/** Archives records, or brings them back; what is not in Odoo needs no archiving. */
export async function archive(run: Run, jobs: readonly Job<"archive">[]): Promise<void> {
  await eachAlone(run, jobs, async ({ plan, step }) => {
    const target = await findAny(run.client, step.record);
    const [row] = target
      ? ((await run.client.call(target.model, "search_read", {
          args: { domain: [["id", "=", target.id]], fields: ["active"] },
          context: { active_test: false },
        })) as { active: boolean }[])
      : [];
    if (!target || !row) {
      forgetId(run.client, step.record);
      warnPlan(run, plan, `${step.record} is not in Odoo: there is nothing to ${verb(step.active)}.`);
      return;
    }
    if (row.active === step.active) return;
    await run.client.call(target.model, "write", {
      ids: [target.id],
      args: { vals: { active: step.active } },
    });
  });
}

function verb(active: boolean): string {
  return active ? "bring back" : "archive";
}
