import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Failure } from "../../src/failure.ts";
import type { ImportPlan } from "../../src/import-plan.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import { isRepeatable } from "../../src/odoo/transport.ts";
import { type Fate, odooProxy, type ProxiedCall } from "../support/odoo-proxy.ts";
import { apply, fresh, lifeLogin, orderPlan, realClient, transports } from "../support/odoo-real.ts";
import { life, picture } from "../support/order-life.ts";

const rig = process.env.ODOO_RIG;

/** Runs a command of the rig, the server's neighbour; its output when it is done. */
function onRig(...command: string[]): Promise<string> {
  const run = spawn(rig!, command, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [run.stdout, run.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
  return new Promise((resolve, reject) =>
    run.on("close", (code) => {
      if (code === 0) resolve(said);
      else reject(new Error(`${command[0]}: ${said}`));
    }),
  );
}

/** An order that is confirmed, changed its mind, and is cancelled. */
const cancelledLife = (id: string): ImportPlan =>
  orderPlan({
    id,
    lines: [{ sku: "BAG-DRIFT-L", price: "10.00", quantity: "2" }],
    total: "20.00",
    steps: [
      { kind: "confirm", order: id },
      { kind: "cancel", order: id },
      { kind: "note", record: id, externalId: `${id}_note`, text: "All of it" },
    ],
  });

const lives = { "a whole life": life, "a cancelled order": cancelledLife };

/** What changes Odoo, by what an operator would call it. */
const moments: { what: string; make: MakePlan; is: (call: ProxiedCall) => boolean }[] = [
  { what: "creating", make: life, is: ({ model, method }) => model === "sale.order" && method === "load" },
  { what: "confirming", make: life, is: ({ method }) => method === "action_confirm" },
  {
    what: "making the invoice",
    make: life,
    is: ({ model, method }) => model === "account.move" && method === "load",
  },
  {
    what: "posting",
    make: life,
    is: ({ model, method }) => model === "account.move" && method === "action_post",
  },
  { what: "paying", make: life, is: ({ model, method }) => model === "account.payment" && method === "load" },
  { what: "delivering", make: life, is: ({ method }) => method === "button_validate" },
  {
    what: "returning",
    make: life,
    is: ({ model, method, body }) =>
      model === "stock.picking" && method === "load" && body.includes("Return of"),
  },
  {
    what: "crediting",
    make: life,
    is: ({ model, method, body }) =>
      model === "account.move" && method === "load" && body.includes("_refund"),
  },
  { what: "cancelling", make: cancelledLife, is: ({ method }) => method === "action_cancel" },
];
type MakePlan = (id: string) => ImportPlan;

describe("faults of a real Odoo and of the way to it, in the life of an order", function () {
  this.timeout(600_000);
  const [transport = "xmlrpc"] = transports;
  let client: OdooClient;
  const wanted = new Map<MakePlan, unknown>();
  let login: Awaited<ReturnType<typeof lifeLogin>>;
  before(async () => {
    login = await lifeLogin();
    client = realClient("billing", transport, login);
    for (const make of [life, cancelledLife]) {
      const id = fresh("life");
      await apply(client, make(id));
      wanted.set(make, await picture(client, id));
    }
  });
  after(() => client.close());

  /** Applies again and again, as the queue does, until it is through. @returns what failed on the way. */
  async function untilApplied(through: OdooClient, plan: ImportPlan, tries: number): Promise<Failure[]> {
    const failures: Failure[] = [];
    for (let attempt = 0; attempt < tries; attempt++) {
      const [result] = await applyPlans(through, [plan]);
      if (result?.ok) return failures;
      failures.push(result!.failure);
    }
    return assert.fail(`after ${tries} tries: ${failures.at(-1)?.message}`);
  }

  for (const [name, make] of Object.entries(lives)) {
    for (const fate of ["mute", "cut"] as const) {
      it(`${name}: each connection that changes anything breaks ${fate === "cut" ? "while Odoo works" : "before its answer"}`, async () => {
        const seen = new Set<string>();
        const proxy = await odooProxy(process.env.ODOO_URL ?? "", ({ method, body }): Fate => {
          if (method === "" || (isRepeatable(method) && method !== "load") || seen.has(body)) return "pass";
          seen.add(body);
          return fate;
        });
        const through = realClient("billing", transport, { ...login, url: proxy.url });
        try {
          const id = fresh("life");
          const failures = await untilApplied(through, make(id), 200);
          for (const failure of failures)
            assert.match(failure.class, /^(unavailable|conflict)$/, `${failure.code}: ${failure.message}`);
          // Where connections are used again, a broken `load` is repeated at once, and nobody hears of it.
          assert.ok(failures.length >= 2, `${failures.length} were cut`);
          await apply(client, make(id));
          assert.deepEqual(await picture(client, id), wanted.get(make));
        } finally {
          through.close();
          await proxy.close();
        }
      });
    }
  }

  // A server that is not the rig's is nobody's to stop.
  for (const signal of rig ? ["KILL", "TERM"] : []) {
    it(`the server ends by SIG${signal} in the middle of each step, and is started again`, async () => {
      const cutShort: string[] = [];
      for (const { what, make, is } of moments) {
        let ending: Promise<string> | undefined;
        const proxy = await odooProxy(process.env.ODOO_URL ?? "", (call): Fate => {
          // Not before the call has left: Odoo is to be at work on it.
          if (!ending && is(call)) ending = sleep(15).then(() => onRig("kill", signal));
          return "pass";
        });
        const through = realClient("billing", transport, { ...login, url: proxy.url });
        try {
          const id = fresh("life");
          const [first] = await applyPlans(through, [make(id)]);
          assert.ok(ending, `${what}: there was such a call`);
          await ending;
          if (!first!.ok) {
            cutShort.push(what);
            assert.equal(first!.failure.class, "unavailable", `${what}: ${first!.failure.message}`);
          }
          await onRig("start");
          await apply(client, make(id));
          assert.deepEqual(await picture(client, id), wanted.get(make), what);
        } finally {
          through.close();
          await proxy.close();
        }
      }
      // What ends an order's life may be through before the signal comes.
      assert.ok(cutShort.length >= moments.length - 2, `cut short: ${cutShort.join(", ")}`);
    });
  }

  if (rig) {
    it("somebody changes the same rows all the time: a conflict, and the same Odoo once they stop", async () => {
      const tables = ["sale_order", "sale_order_line", "stock_picking", "stock_move", "account_move"];
      const failures: Failure[] = [];
      for (const table of tables) {
        const id = fresh("life");
        // The order stands; what follows meets another transaction at every turn.
        await apply(client, { ...life(id), steps: life(id).steps!.slice(0, 1) });
        const storm = onRig("sql", stormOn(table, id));
        const [result] = await applyPlans(client, [life(id)]);
        if (!result!.ok) {
          assert.equal(result!.failure.class, "conflict", `${table}: ${result!.failure.message}`);
          failures.push(result!.failure);
        }
        await storm;
        await apply(client, life(id));
        assert.deepEqual(await picture(client, id), wanted.get(life), table);
      }
      assert.ok(
        failures.length > 0,
        "at least one of them met a conflict that Odoo's own retries did not outlast",
      );
    });
  }
});

/** Some twenty seconds of small transactions on the rows of one order, as fast as they go. */
function stormOn(table: string, id: string): string {
  const order = `(SELECT id FROM sale_order WHERE client_order_ref = '${id}')`;
  const rows: Record<string, string> = {
    sale_order: `id IN ${order}`,
    sale_order_line: `order_id IN ${order}`,
    stock_picking: `sale_id IN ${order}`,
    stock_move: `sale_line_id IN (SELECT id FROM sale_order_line WHERE order_id IN ${order})`,
    account_move: `ref = '${id}'`,
  };
  return `DO $$ BEGIN FOR i IN 1..2000 LOOP
    UPDATE ${table} SET write_date = write_date WHERE ${rows[table]};
    COMMIT; PERFORM pg_sleep(0.01);
  END LOOP; END $$`;
}
