/**
 * `npm run test:chaos`: kills Node-RED under load, 200 times on the embedded engine and 50 on Redis (its server too),
 * then cuts the power at 400 points of a replay. `--engine embedded|redis --rounds 20 --seed 7` plays one campaign,
 * `--cuts 100` only the power, `--short` what CI runs.
 */
import { parseArgs } from "node:util";
import { runCampaign, tallyLine } from "../test/support/chaos-campaign.ts";
import { embeddedEngine } from "../test/support/chaos-engine.ts";
import { redisEngine } from "../test/support/chaos-redis.ts";
import { redisInstalled } from "../test/support/redis-server.ts";
import { buildPackage } from "./build.ts";
import { runMocha } from "./run-mocha.ts";

const { values } = parseArgs({
  options: {
    engine: { type: "string" },
    rounds: { type: "string" },
    seed: { type: "string", default: String(1 + Math.floor(Math.random() * 1e6)) },
    "max-stalls": { type: "string" },
    cuts: { type: "string" },
    short: { type: "boolean", default: false },
    /** For a checkout whose dist/ somebody else is using. */
    "no-build": { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);

async function campaign(name: "embedded" | "redis"): Promise<boolean> {
  const engine = name === "redis" ? await redisEngine() : embeddedEngine();
  const rounds = Number(values.rounds ?? (name === "redis" ? 50 : 200));
  const maxStalls = values["max-stalls"];
  console.log(`${rounds} rounds, engine ${engine.name}, seed ${seed}`);
  try {
    const tally = await runCampaign({
      engine,
      rounds,
      seed,
      ...(maxStalls && { maxStalls: Number(maxStalls) }),
      say: (line) => console.log(line),
    });
    for (const problem of tally.problems) console.error(`PROBLEM ${problem}`);
    console.log(`\n${engine.name}: ${tallyLine(tally)}`);
    console.log(tally.problems.length === 0 ? "Every promise was kept.\n" : "Promises were broken.\n");
    return tally.problems.length === 0;
  } finally {
    await engine.close();
  }
}

function power(cuts: string): boolean {
  const env = { CHAOS_CUTS: cuts, CHAOS_SEED: values.seed };
  return runMocha(["test/chaos/power.chaos.ts"], env, ["--reporter=spec"]) === 0;
}

if (!values["no-build"]) await buildPackage();
if (values.short) process.exit(runMocha(["test/chaos/**/*.chaos.ts"]));

const { engine } = values;
if (engine !== undefined && engine !== "embedded" && engine !== "redis") {
  console.error(`There is no engine "${engine}": use embedded or redis.`);
  process.exit(2);
}
let well = true;
const everything = engine === undefined && values.cuts === undefined;
if (everything || engine === "embedded") well = (await campaign("embedded")) && well;
if (engine === "redis" || (everything && redisInstalled())) well = (await campaign("redis")) && well;
else if (everything) console.log("Left out: the rounds on Redis, because no redis-server is installed.\n");
if (everything || values.cuts !== undefined) well = power(values.cuts ?? "400") && well;
process.exit(well ? 0 : 1);
