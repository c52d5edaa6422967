import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { runCampaign, tallyLine } from "../support/chaos-campaign.ts";
import { embeddedEngine } from "../support/chaos-engine.ts";
import { redisEngine } from "../support/chaos-redis.ts";
import { needsRedis } from "../support/redis-server.ts";

/** `npm run test:chaos` plays hundreds of rounds. */
describe("killed under load", function () {
  this.timeout(300_000);

  it("on the embedded engine: acknowledged is applied, once, in order", async () => {
    const engine = embeddedEngine();
    const tally = await runCampaign({ engine, rounds: 6, seed: 30, compareEvery: 6 });
    console.log(`      ${tallyLine(tally)}`);
    assert.deepEqual(tally.problems, []);
    assert.ok(tally.orders.acknowledged > 50 && tally.lanes.acknowledged > 50);
  });

  it("on Redis, the server and one of two Node-RED processes too: the same", async function () {
    needsRedis(this);
    const engine = await redisEngine();
    try {
      const tally = await runCampaign({ engine, rounds: 4, seed: 3, compareEvery: 4 });
      console.log(`      ${tallyLine(tally)}`);
      assert.deepEqual(tally.problems, []);
      assert.ok(tally.orders.acknowledged > 50 && tally.lanes.acknowledged > 50);
    } finally {
      await engine.close();
    }
  });
});
