import { HoldfastError } from "../failure.ts";
import type { ImportRecord, RecordReference } from "../import-plan.ts";
import { allReferences, mixedExternalIds } from "./cells.ts";
import type { OdooClient } from "./client.ts";
import { lookUp, qualified } from "./external-ids.ts";
import { load } from "./load.ts";
import { linkParents, withoutParent } from "./parents.ts";
import { findAll, findKey, judge } from "./references.ts";
import { translateRecord } from "./versions.ts";

type Values = Record<string, unknown>;

/** One thing to do in Odoo, as data. Field names are this server's, except in `upsert`, which is like a plan. */
export type OdooOperation =
  /** Not safe to repeat: prefer `upsert`, which knows what it made. → new ids */
  | { kind: "create"; model: string; values: Values | Values[]; context?: Values }
  /** → true */
  | { kind: "write"; model: string; ids: number[]; values: Values; context?: Values }
  /** Creates, or updates what has this external id; children that are not named stay. → id */
  | ({ kind: "upsert" } & ImportRecord)
  /** Records that are gone already are fine. → how many were deleted */
  | { kind: "unlink"; model: string; ids: number[]; context?: Values }
  /** → records */
  | {
      kind: "search_read";
      model: string;
      domain: unknown[];
      fields?: string[];
      limit?: number;
      offset?: number;
      order?: string;
      context?: Values;
    }
  /** Any public method, parameters by name. → what it returns */
  | { kind: "method"; model: string; method: string; ids?: number[]; args?: Values; context?: Values };

/**
 * Does one operation.
 * @returns what the operation's kind says above. @throws HoldfastError
 */
export async function operate(client: OdooClient, operation: OdooOperation): Promise<unknown> {
  const { model } = operation;
  switch (operation.kind) {
    case "create":
      return client.call(model, "create", {
        args: { vals_list: [operation.values].flat() },
        ...pick(operation.context),
      });
    case "write":
      return client.call(model, "write", {
        ids: operation.ids,
        args: { vals: operation.values },
        ...pick(operation.context),
      });
    case "upsert":
      return upsert(client, operation);
    case "unlink":
      return unlink(client, model, operation.ids, operation.context);
    case "search_read": {
      const { kind: _kind, model: _model, context, ...args } = operation;
      return client.call(model, "search_read", { args, ...pick(context) });
    }
    case "method":
      return callMethod(client, operation);
    default:
      throw new HoldfastError({
        class: "rejected",
        code: "bad_operation",
        message: `There is no operation "${String((operation as { kind?: unknown }).kind)}".`,
        hint: "Use create, write, upsert, unlink, search_read or method.",
        source: "flow",
      });
  }
}

async function upsert(
  client: OdooClient,
  { kind: _kind, ...newest }: ImportRecord & { kind: string },
): Promise<number> {
  const { record, parent } = withoutParent(translateRecord((await client.version()).major, newest));
  const references = parent ? [...allReferences(record), parent] : allReferences(record);
  const finds = references.filter((reference) => "find" in reference);
  const { ids } = await findAll(client, finds);
  const found = new Map(finds.map((find) => [findKey(find), judge(find, ids.get(findKey(find)) ?? [])]));
  const known = new Map<string, number>();
  for (const one of found.values()) {
    if ("failure" in one) throw one.failure;
    if (!("create" in one)) continue;
    const made = await upsert(client, { kind: "upsert", ...one.create });
    known.set(qualified(one.create.externalId), made);
  }
  const wanted = parent && "externalId" in parent ? [parent.externalId] : [];
  for (const externalId of [...mixedExternalIds([record]), ...wanted]) {
    const existing = await lookUp(client, externalId);
    if (existing) known.set(qualified(externalId), existing.id);
  }
  const resolve = (reference: RecordReference): number | undefined => {
    if ("id" in reference) return reference.id;
    if ("externalId" in reference) return known.get(qualified(reference.externalId));
    const one = found.get(findKey(reference));
    if (one && "create" in one) return known.get(qualified(one.create.externalId));
    return one && "id" in one ? one.id : undefined;
  };
  const reply = await load(client, [record], resolve, "upsert");
  if (reply.ok) {
    const id = reply.ids[0]!;
    const above = parent && resolve(parent);
    const failed = above ? (await linkParents(client, [{ child: id, parent: above }])).get(id) : undefined;
    if (failed) throw new HoldfastError(failed);
    return id;
  }
  throw new HoldfastError({
    ...reply.failure,
    message: `${record.model} ${record.externalId}: ${reply.failure.message}`,
  });
}

async function unlink(client: OdooClient, model: string, ids: number[], context?: Values): Promise<number> {
  // A second delivery finds them gone.
  const rows = (await client.call(model, "search_read", {
    args: { domain: [["id", "in", ids]], fields: ["id"] },
    context: { active_test: false, ...context },
  })) as { id: number }[];
  if (rows.length === 0) return 0;
  await client.call(model, "unlink", { ids: rows.map(({ id }) => id), ...pick(context) });
  return rows.length;
}

async function callMethod(
  client: OdooClient,
  operation: Extract<OdooOperation, { kind: "method" }>,
): Promise<unknown> {
  const { model, method, ids, args, context } = operation;
  const answer = await client.call(model, method, {
    ...(ids && { ids }),
    ...(args && { args }),
    ...pick(context),
  });
  if (isWizard(answer)) {
    throw new HoldfastError({
      class: "rejected",
      code: "wizard",
      message: `Odoo did nothing in ${model}.${method}: it wants to ask a person ("${answer.name || answer.res_model}").`,
      hint: "Do this step in Odoo, or give the method the context that answers the question.",
      source: "odoo",
    });
  }
  return answer;
}

/** A dialog instead of a result: nothing happened. Views that open normally are fine. */
export function isWizard(answer: unknown): answer is { name?: string; res_model?: string } {
  if (typeof answer !== "object" || answer === null) return false;
  const { type, target } = answer as { type?: unknown; target?: unknown };
  return type === "ir.actions.act_window" && target === "new";
}

function pick(context: Values | undefined): { context?: Values } {
  return context ? { context } : {};
}
