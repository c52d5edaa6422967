import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { cutPower } from "../support/chaos-cut.ts";
import { cutKinds } from "../support/chaos-disk.ts";
import { lateSync, type Recording, recordNodeRed } from "../support/chaos-power.ts";
import { answersOnRedis } from "../support/chaos-power-redis.ts";
import { hasStrace, noStrace } from "../support/chaos-trace.ts";
import { needsRedis } from "../support/redis-server.ts";

const points = Number(process.env.CHAOS_CUTS ?? 20);
const seed = Number(process.env.CHAOS_SEED ?? 1);

describe("a power cut", function () {
  this.timeout(1_200_000);
  let recording: Recording;

  before(async function () {
    if (!hasStrace()) {
      if (process.env.CI) throw new Error(`CI needs strace: ${noStrace}.`);
      console.log(`      skipped: ${noStrace}`);
      this.skip();
    }
    recording = await recordNodeRed(points > 100 ? 400 : 120);
  });
  after(() => {
    recording = undefined as never;
  });

  it("comes after the fsync, or before the 200: in the system calls no 200 precedes the fsync of its event", () => {
    const { acknowledged } = recording;
    assert.ok(acknowledged.length >= 100, `${acknowledged.length} acknowledged`);
    const early = acknowledged.flatMap((one) => lateSync(recording, one) ?? []);
    assert.deepEqual(early, []);
    console.log(`      ${acknowledged.length} answers, each after its fsync`);
  });

  it("would be told from one that came too early", () => {
    const { acknowledged, steps } = recording;
    for (const one of acknowledged.slice(0, 20)) {
      const id = Buffer.from(one.webhookId);
      const written = steps.find((step) => step.kind === "write" && step.data.includes(id))!;
      const synced = steps.find((step) => step.kind === "sync" && step.line > written.end)!;
      for (const line of [written.line, written.end + 1, synced.line, synced.end])
        assert.match(lateSync(recording, { ...one, line }) ?? "nothing wrong", /^200 left before/);
    }
  });

  it("loses no acknowledged event, whatever becomes of what was not synced, and the file opens", async () => {
    const tally = await cutPower(recording, { points, seed });
    assert.deepEqual(tally.problems, []);
    assert.equal(tally.cuts, tally.points * cutKinds.length);
    console.log(
      `      ${tally.points} points, ${tally.cuts} cuts (${Object.entries(tally.byKind)
        .map(([kind, times]) => `${kind} ${times}`)
        .join(", ")}), ${tally.acknowledged} acknowledged events looked for, 0 lost`,
    );
  });

  it("would lose events if fsync did nothing", async () => {
    const steps = recording.steps.filter(
      (step) => step.kind !== "sync" || step.file === recording.folder || step.line < 0,
    );
    const tally = await cutPower({ ...recording, steps }, { points: 10, seed, kinds: ["dropped"] });
    assert.ok(tally.problems.some((problem) => problem.includes("are lost")));
  });

  it("on Redis comes after the fsync too: no 200 precedes the fdatasync of its event in redis-server", async function () {
    needsRedis(this);
    const { answered, early } = await answersOnRedis(60);
    assert.deepEqual(early, []);
    assert.ok(answered >= 50, `${answered} answered`);
    console.log(`      ${answered} answers, each after redis-server's fdatasync`);
  });
});
