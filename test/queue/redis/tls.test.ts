import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { openRedisDatabase } from "../../../src/queue/redis/database.ts";
import { type Certificate, makeCertificate } from "../../support/certificate.ts";
import {
  durableSettings,
  freePort,
  needsRedis,
  type RedisProcess,
  startRedis,
} from "../../support/redis-server.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const failureOf = (error: unknown) =>
  (error as { failure: { code: string; message: string; hint: string } }).failure;

describe("a Redis server behind TLS", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let certificate: Certificate;
  let server: RedisProcess;
  let tlsPort: number;
  before(async function () {
    needsRedis(this);
    certificate = makeCertificate(folder.path);
    tlsPort = await freePort();
    server = await startRedis({
      ...durableSettings,
      requirepass: "s3cret",
      "tls-port": String(tlsPort),
      "tls-cert-file": certificate.cert,
      "tls-key-file": certificate.key,
      "tls-ca-cert-file": certificate.cert,
      "tls-auth-clients": "no",
    });
  });
  after(async () => {
    await server?.remove();
    folder.remove();
  });
  const refused = async (url: string) => {
    let failure: ReturnType<typeof failureOf> | undefined;
    await assert.rejects(openRedisDatabase({ url, password: "s3cret" }), (error) => {
      failure = failureOf(error);
      return true;
    });
    assert.equal(failure!.code, "cannot_open");
    return failure!;
  };

  it("takes events, once this process trusts who signed its certificate", () => {
    const module = path.resolve(import.meta.dirname, "../../../src/queue/redis/database.ts");
    const script = `
      const { openRedisDatabase } = await import(${JSON.stringify(module)});
      const database = await openRedisDatabase({ url: "rediss://127.0.0.1:${tlsPort}", password: "s3cret" });
      const store = database.queue("orders");
      const event = { key: null, dedupeId: "w1", topic: "t", reference: null, envelope: "{}", payload: "{}" };
      const outcomes = [await store.append([event], 1), await store.append([event], 2)].map(([{ outcome }]) => outcome);
      console.log(JSON.stringify({ outcomes, warning: database.warning() }));
      await store.close();
      await database.close();`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      // It is read at the start of a process, as a user would set it for Node-RED.
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate.cert },
    });
    assert.deepEqual(JSON.parse(stdout || stderr), { outcomes: ["stored", "duplicate"], warning: null });
  });

  it("is refused with what to do where nobody trusts its certificate", async () => {
    const { message, hint } = await refused(`rediss://127.0.0.1:${tlsPort}`);
    assert.match(message, /certificate/);
    assert.match(hint, /NODE_EXTRA_CA_CERTS/);
    // A socket may fail once more when nobody listens any longer, which would end Node-RED.
    for (let tries = 0; tries < 20; tries++) await refused(`rediss://127.0.0.1:${tlsPort}`);
  });

  it("and one without it are told apart in the hint: neither answers the other's first word", async () => {
    const { hint } = await refused(`rediss://127.0.0.1:${server.port}`);
    assert.match(hint, /speaks TLS if the address begins with rediss:/);
    const { message } = await refused(`redis://127.0.0.1:${tlsPort}`);
    assert.match(message, /can't be reached/);
    assert.doesNotMatch(message, /s3cret/);
  });
});
