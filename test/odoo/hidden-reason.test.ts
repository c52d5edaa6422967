import assert from "node:assert/strict";
import type { ImportRecord } from "../../src/import-plan.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { load } from "../../src/odoo/load.ts";
import { readTable } from "../support/odoo-memory.ts";

const noAccount =
  'new row for relation "account_move_line" violates check constraint "account_move_line_check_accountable_required_fields"\nDETAIL:  Failing row contains (1, 2, null).';
const serialization = "could not serialize access due to concurrent update\n";
const locked =
  "Unknown error during import: <class 'odoo.exceptions.UserError'>: You cannot add/modify entries prior to and inclusive of the lock date 01/31/2020.";

const posted =
  "Unknown error during import: <class 'odoo.exceptions.UserError'>: You cannot create a move already in the posted state. Please create a draft move and post it after.";

const invoices = (...names: string[]): ImportRecord[] =>
  names.map((name) => ({
    model: "account.move",
    externalId: name,
    values: { move_type: "out_invoice", ref: name },
    children: {
      invoice_line_ids: [
        { model: "account.move.line", externalId: `${name}_l`, values: { price_unit: "5.00" } },
      ],
    },
  }));

/** Why an invoice can't be made right now; undefined where it can. */
type Trouble = (name: string) => string | undefined;

/**
 * Makes invoices as Odoo 14 does: all at once first; where that fails, one after the other, and what the first try has
 * begun with lacks its accounts then.
 */
function odoo14(trouble: Trouble, major = 14): OdooClient & { kept: string[]; loads: number } {
  const odoo = {
    kept: [] as string[],
    loads: 0,
    asked: { origin: "memory", db: "shop", login: "bot", clean: (text: string) => text },
    version: async () => ({ text: `${major}.0`, major, saas: false }),
    reached: async () => ({ transport: "xmlrpc" as const, clockAheadMs: null }),
    close() {},
    async call(_model: string, _method: string, params: { args: { fields: string[]; data: string[][] } }) {
      odoo.loads++;
      const { fields, data } = params.args;
      const rows = readTable(fields, data, new Set(["invoice_line_ids"])).map(({ cells }) => cells);
      const begun = new Set<string>();
      const make = (some: typeof rows): string | undefined => {
        if (some.some(({ state }) => state === "posted")) return posted;
        for (const { id } of some) {
          if (begun.has(id!)) return noAccount;
          if (major < 16) begun.add(id!);
        }
        return some.map(({ id }) => trouble(id!)).find((why) => why !== undefined);
      };
      const messages =
        make(rows) === undefined
          ? []
          : rows.flatMap((row, record) => {
              const message = make([row]);
              return message ? [{ type: "error", message, record, rows: { from: record, to: record } }] : [];
            });
      if (messages.length > 0) return { ids: false, messages };
      odoo.kept.push(...rows.map(({ id }) => id!));
      return { ids: rows.map((_, index) => index + 1), messages };
    },
  };
  return odoo as unknown as OdooClient & { kept: string[]; loads: number };
}

const tryLoad = (odoo: OdooClient, records: ImportRecord[]) =>
  load(odoo, records, () => undefined, "create-once");

async function failureOf(odoo: OdooClient, records = invoices("a")) {
  const reply = await tryLoad(odoo, records);
  assert.ok(!reply.ok, "it should have failed");
  return reply;
}

describe("an invoice that Odoo 14 can't make", () => {
  it("is a conflict where somebody else was quicker, tried again until it passes", async () => {
    let storm = 3;
    const odoo = odoo14(() => (storm-- > 0 ? serialization : undefined));
    const reply = await tryLoad(odoo, invoices("a"));
    assert.deepEqual([reply.ok, odoo.kept], [true, ["a"]]);
  });

  it("is a conflict where they go on", async () => {
    const { failure } = await failureOf(odoo14(() => serialization));
    assert.deepEqual([failure.class, failure.code], ["conflict", "concurrent_update"]);
  });

  it("is made where they stopped before anybody asked why", async () => {
    let first = true;
    const odoo = odoo14(() => {
      if (!first) return undefined;
      first = false;
      return serialization;
    });
    const reply = await tryLoad(odoo, invoices("a"));
    assert.deepEqual([reply.ok, odoo.kept], [true, ["a"]]);
  });

  it("is refused at once in Odoo's own words where it is the user's to correct", async () => {
    const odoo = odoo14(() => locked);
    const { failure } = await failureOf(odoo);
    assert.deepEqual([failure.class, failure.code], ["rejected", "refused"]);
    assert.match(failure.message, /^You cannot add\/modify entries prior to .* 01\/31\/2020/);
    assert.equal(odoo.loads, 2, "made, and asked why");
  });

  it("is refused with what to set where its product has no account", async () => {
    const { failure } = await failureOf(odoo14(() => noAccount));
    assert.deepEqual([failure.class, failure.code], ["rejected", "account_missing"]);
    assert.match(failure.hint ?? "", /income account/);
  });

  it("does not put the blame on those it was to be made with", async () => {
    const { blamed, failure } = await failureOf(
      odoo14((name) => (name === "b" ? locked : undefined)),
      invoices("a", "b", "c"),
    );
    assert.deepEqual([...blamed.keys()], [1]);
    assert.match(failure.message, /lock date/);
  });

  it("is asked about no further on an Odoo that tells", async () => {
    const odoo = odoo14(() => noAccount, 16);
    const { failure } = await failureOf(odoo);
    assert.deepEqual([failure.code, odoo.loads], ["account_missing", 1]);
  });
});
