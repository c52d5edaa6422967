import { type Failure, failureOf } from "../failure.ts";
import { groupBy } from "../group.ts";
import type { ImportRecord, RecordReference } from "../import-plan.ts";
import type { OdooClient } from "./client.ts";
import { shopifyModule } from "./external-ids.ts";

/**
 * `load` can't create a contact below another for an ordinary user: Odoo then reads the parent's credit limit
 * with that user's rights, which only accounting has (seen on 19; `create` is fine). So the contact is created
 * alone, and put below its parent in a second step, which reads before it acts.
 */
export function withoutParent(record: ImportRecord): { record: ImportRecord; parent?: RecordReference } {
  const { parent_id: parent, ...values } = record.values;
  if (
    record.model !== "res.partner" ||
    typeof parent !== "object" ||
    parent === null ||
    Array.isArray(parent)
  ) {
    return { record };
  }
  return { record: { ...record, values }, parent };
}

export interface ParentLink {
  child: number;
  parent: number;
}

/**
 * Puts contacts that have no parent below theirs; one read, and one write if anything is to do.
 * @returns failures by child id. @throws HoldfastError when Odoo is away.
 */
export async function linkParents(
  client: OdooClient,
  links: readonly ParentLink[],
): Promise<Map<number, Failure>> {
  const failures = new Map<number, Failure>();
  if (links.length === 0) return failures;
  const orphans = (await client.call("res.partner", "search_read", {
    args: {
      domain: [
        ["id", "in", links.map(({ child }) => child)],
        ["parent_id", "=", false],
      ],
      fields: ["id"],
    },
    context: { active_test: false },
  })) as { id: number }[];
  const alone = new Set(orphans.map(({ id }) => id));
  const families = groupBy(
    links.filter(({ child, parent }) => alone.has(child) && child !== parent),
    ({ parent }) => parent,
  );
  if (families.size === 0) return failures;

  const rows = [...families].map(([parent, members]) => [
    String(parent),
    members.map(({ child }) => child).join(","),
  ]);
  const reply = (await client.call("res.partner", "load", {
    args: { fields: [".id", "child_ids/.id"], data: rows },
    context: { module: shopifyModule },
  })) as { ids: number[] | false };
  if (reply.ids) return failures;

  // One of them is in the way: each alone, by a plain write.
  for (const [parent, members] of families) {
    const ids = members.map(({ child }) => child);
    try {
      await client.call("res.partner", "write", { ids, args: { vals: { parent_id: parent } } });
    } catch (error) {
      const failure = failureOf(error, "odoo");
      if (failure.class === "unavailable" || failure.class === "throttled") throw error;
      for (const child of ids) failures.set(child, failure);
    }
  }
  return failures;
}
