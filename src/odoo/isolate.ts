import type { Failure } from "../failure.ts";
import type { ImportRecord } from "../import-plan.ts";
import type { ResolveId } from "./cells.ts";
import type { OdooClient } from "./client.ts";
import { lookUp } from "./external-ids.ts";
import { type LoadDefaults, type LoadMode, load } from "./load.ts";

export type Outcome = { id: number; warnings: string[] } | { failure: Failure };

/**
 * Writes records in as few calls as possible; one bad record never fails its neighbours.
 * What `load` blames is tried alone (it blames the first record too when it knows no better), the rest
 * together; where it blames nobody, halves are tried.
 * @returns one outcome for each record, in order. @throws HoldfastError when Odoo is away.
 */
export async function writeEach(
  client: OdooClient,
  records: readonly ImportRecord[],
  resolve: ResolveId,
  mode: LoadMode = "create-once",
  defaults: LoadDefaults = {},
): Promise<Outcome[]> {
  if (records.length === 0) return [];
  const reply = await load(client, records, resolve, mode, defaults);
  if (reply.ok) return reply.ids.map((id) => ({ id, warnings: reply.warnings }));
  if (records.length === 1)
    return [
      mode === "upsert" ? { failure: reply.failure } : await afterRefusal(client, records[0]!, reply.failure),
    ];
  if (reply.everyRecord) return records.map(() => ({ failure: reply.failure }));

  const { blamed } = reply;
  if (blamed.size === 0 || blamed.size === records.length) {
    const middle = records.length >> 1;
    const first = await writeEach(client, records.slice(0, middle), resolve, mode, defaults);
    return [...first, ...(await writeEach(client, records.slice(middle), resolve, mode, defaults))];
  }
  const outcomes = new Map<ImportRecord, Outcome>();
  // Alone and first: others may point to one that is blamed wrongly.
  for (const index of [...blamed.keys()].sort((a, b) => a - b)) {
    const record = records[index]!;
    outcomes.set(record, (await writeEach(client, [record], resolve, mode, defaults))[0]!);
  }
  const rest = records.filter((_, index) => !blamed.has(index));
  const others = await writeEach(client, rest, resolve, mode, defaults);
  rest.forEach((record, index) => {
    outcomes.set(record, others[index]!);
  });
  return records.map((record) => outcomes.get(record)!);
}

/** A record that exists already is fine, whatever `load` thinks of today's values: it would not be written. */
async function afterRefusal(client: OdooClient, record: ImportRecord, failure: Failure): Promise<Outcome> {
  const existing = await lookUp(client, record.externalId);
  return existing?.model === record.model ? { id: existing.id, warnings: [] } : { failure };
}
