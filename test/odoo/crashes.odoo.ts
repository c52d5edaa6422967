import assert from "node:assert/strict";
import { HttpFault } from "../../src/http.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import { networkFailure } from "../../src/odoo/wire-errors.ts";
import { apply, fresh, lifeLogin, realClient, transports, warehouseWith } from "../support/odoo-real.ts";
import { life, picture } from "../support/order-life.ts";

/**
 * A client whose process "dies" at its n-th call: `before` it is sent, or `after` Odoo has committed and before the
 * answer arrives. Its own memory (what it looked up) dies with it.
 */
function dying(client: OdooClient, at: number, when: "before" | "after"): OdooClient & { calls(): number } {
  let calls = 0;
  const cut = () => networkFailure(new HttpFault("ECONNRESET", "cut", true), client.asked);
  return {
    asked: client.asked,
    maxParallel: client.maxParallel,
    reached: () => client.reached(),
    version: () => client.version(),
    close() {},
    calls: () => calls,
    async call(model, method, params) {
      calls++;
      if (calls > at || (calls === at && when === "before")) throw cut();
      const answer = await client.call(model, method, params);
      if (calls === at && when === "after") throw cut();
      return answer;
    },
  };
}

/** What it looked up died with its process. */
const forgetful = (client: OdooClient): OdooClient => ({ ...client });

/** Every n-th crash point, so that it stays within its time (1: all of them). */
const stride = Number(process.env.CRASH_STRIDE ?? 25);

/** How often several writers race for one order's life. */
const races = Number(process.env.WRITER_RACES ?? 1);

const [transport = "xmlrpc"] = transports;
describe("a process that dies in the life of an order", function () {
  this.timeout(stride === 1 ? 3_600_000 : 480_000);
  let client: OdooClient;
  let login: Awaited<ReturnType<typeof lifeLogin>>;
  before(async () => {
    login = await lifeLogin();
    client = realClient("billing", transport, login);
  });
  after(() => client.close());

  for (const steps of ["ship_only", "pick_ship"]) {
    it(`applies again to the same Odoo, whichever call was the last (${steps})`, async () => {
      const warehouse = { warehouse_id: { id: await warehouseWith(steps) } };
      const lived = (id: string) => life(id, warehouse);
      const undisturbed = fresh("life");
      const counting = dying(client, Number.POSITIVE_INFINITY, "before");
      await apply(counting, lived(undisturbed));
      const wanted = await picture(client, undisturbed);
      // Once more, undisturbed: the steps of an order that went on are done, all of them.
      await apply(forgetful(client), lived(undisturbed));
      assert.deepEqual(await picture(client, undisturbed), wanted);

      const points = Array.from({ length: counting.calls() }, (_, n) => n + 1);
      const deaths = points.flatMap((at) => [
        ...((at - 1) % stride === 0 ? [{ at, when: "after" as const }] : []),
        // Before a call Odoo stands as it does after the one before it.
        ...(stride > 1 && at % stride === Math.ceil(stride / 2) ? [{ at, when: "before" as const }] : []),
      ]);
      for (const { at, when } of deaths) {
        const id = fresh("life");
        const [first] = await applyPlans(dying(client, at, when), [lived(id)]);
        assert.equal(first?.ok === false && first.failure.class, "unavailable", `call ${at}, ${when}`);
        await apply(forgetful(client), lived(id));
        assert.deepEqual(await picture(client, id), wanted, `died ${when} call ${at}`);
      }
      console.log(`      ${counting.calls()} calls; died at ${deaths.length} of them and was applied again`);
    });
  }

  for (const writers of [2, 4]) {
    it(`${writers} writers at once leave one of each`, async () => {
      const undisturbed = fresh("life");
      await apply(client, life(undisturbed));
      const wanted = await picture(client, undisturbed);
      const clients = Array.from({ length: writers }, () => realClient("billing", transport, login));
      for (let time = 0; time < races; time++) {
        const id = fresh("life");
        for (let round = 0; round < 8; round++) {
          const results = await Promise.all(clients.map((one) => applyPlans(one, [life(id)])));
          const failed = results.flatMap(([result]) => (result?.ok ? [] : [result!.failure]));
          for (const failure of failed) assert.equal(failure.class, "conflict", failure.message);
          if (failed.length === 0) break;
        }
        await apply(forgetful(client), life(id));
        assert.deepEqual(await picture(client, id), wanted);
      }
      for (const one of clients) one.close();
    });
  }
});
