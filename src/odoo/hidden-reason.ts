import type { Failure } from "../failure.ts";
import type { ImportRecord } from "../import-plan.ts";

/** What PostgreSQL says of an invoice's line without an account. */
export const lineWithoutAccount = /account_move_line_check_accountable_required_fields/;

/**
 * The same records behind one that is always refused: Odoo tries each of them alone then, as it was given, tells why
 * it can't be made, and keeps none.
 */
export function behindRefused(records: readonly ImportRecord[]): ImportRecord[] {
  const { model, externalId, values } = records[0]!;
  return [
    { model, externalId: `${externalId}_refused`, values: { ...values, state: "posted" } },
    ...records.map((record) => ({ ...record, values: { ...record.values, state: "draft" } })),
  ];
}

/** What was said of those records, without what was said of the one before them. */
export function ofThoseBehind(blamed: ReadonlyMap<number, Failure>): Map<number, Failure> {
  return new Map([...blamed].flatMap(([index, failure]) => (index > 0 ? [[index - 1, failure]] : [])));
}
