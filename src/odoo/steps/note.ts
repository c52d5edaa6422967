import type { ImportRecord } from "../../import-plan.ts";
import { writeEach } from "../isolate.ts";
import { findAny } from "../known-ids.ts";
import { eachAlone, failPlan, type Run, refusal } from "../run.ts";
import type { Job } from "./step.ts";

/** Puts notes into the chatter: messages with external ids, so each stands there once. */
export async function note(run: Run, jobs: readonly Job<"note">[]): Promise<void> {
  const notes: { plan: number; record: ImportRecord }[] = [];
  await eachAlone(run, jobs, async ({ plan, step }) => {
    const target = await findAny(run.client, step.record);
    if (!target) throw missing(step.record);
    notes.push({
      plan,
      record: {
        model: "mail.message",
        externalId: step.externalId,
        values: {
          model: target.model,
          res_id: target.id,
          body: markup(step.text),
          message_type: "comment",
          subtype_id: { externalId: "mail.mt_note" },
        },
      },
    });
  });
  const outcomes = await writeEach(
    run.client,
    notes.map(({ record }) => record),
    () => undefined,
  );
  notes.forEach(({ plan }, index) => {
    const outcome = outcomes[index]!;
    if ("failure" in outcome) failPlan(run, plan, outcome.failure);
  });
}

function markup(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<p>${escaped.replace(/\r?\n/g, "<br>")}</p>`;
}

/** @returns the failure of a step about a record that is not there yet. */
export function missing(externalId: string): Error {
  return refusal(
    "dependency",
    "external_id_not_found",
    `${externalId} is not in Odoo yet`,
    "It arrives with another event; if not, look whether that one is a dead letter.",
  );
}
