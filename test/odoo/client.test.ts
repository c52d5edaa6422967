import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import type { HoldfastError } from "../../src/failure.ts";
import type { OdooClient, OdooConfig } from "../../src/odoo/client.ts";
import { createGate, type GateTime } from "../../src/odoo/gate.ts";
import { decodeAnswer, encodeCall } from "../../src/odoo/xmlrpc-codec.ts";
import { eventually } from "../support/eventually.ts";
import {
  type Answer,
  clientOf,
  exception,
  html,
  json,
  type OddServer,
  secret,
  startOddServer,
  xml,
  xmlValue,
} from "../support/odoo-http.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function serve(
  answer: Answer,
  more: Partial<OdooConfig> = {},
  time?: GateTime,
): Promise<{ client: OdooClient; server: OddServer }> {
  const server = await startOddServer(answer);
  const client = clientOf(server.url, more, time);
  open.push(server, client);
  return { client, server };
}

const version19 = { version_info: [19, 0, 0, "final", 0, ""], version: "19.0" };
const structOf = (version: string) =>
  xmlValue(
    `<struct><member><name>server_version</name><value><string>${version}</string></value></member></struct>`,
  );

describe("Odoo client", () => {
  it("connects to nothing before the first call", async () => {
    const { server } = await serve((_, response) => json(response, []));
    await new Promise((wake) => setTimeout(wake, 30));
    assert.equal(server.requests.length, 0);
  });

  it("auto: asks the version once, then speaks JSON-2 to a 19", async () => {
    const { client, server } = await serve(
      ({ line }, response) => json(response, line === "GET /web/version" ? version19 : [7]),
      { transport: "auto" },
    );
    const context = { lang: "en_US" };
    const both = await Promise.all([
      client.call("res.partner", "search", { args: { domain: [] }, context }),
      client.call("res.partner", "search", { args: { domain: [] }, context }),
    ]);
    assert.deepEqual(both, [[7], [7]]);
    assert.deepEqual(
      server.requests.map(({ line }) => line),
      ["GET /web/version", "POST /json/2/res.partner/search", "POST /json/2/res.partner/search"],
    );
    assert.deepEqual(JSON.parse(server.requests[1]!.body), { domain: [], context });
    assert.deepEqual(await client.version(), { major: 19, full: "19.0" });
  });

  it("auto: speaks XML-RPC to an older one, logs in once, puts parameters in their order", async () => {
    const { client, server } = await serve(
      ({ line, body }, response) => {
        if (line === "GET /web/version") html(response, 404);
        else if (body.includes("<methodName>version<")) xml(response, structOf("saas~17.4+e"));
        else if (line.endsWith("/common")) xml(response, xmlValue("<int>2</int>"));
        else xml(response, xmlValue("<array><data><value><int>5</int></value></data></array>"));
      },
      { transport: "auto" },
    );
    assert.deepEqual(await client.version(), { major: 17, full: "saas~17.4+e" });
    await client.call("res.partner", "create", {
      args: { vals_list: [{ name: "A & B" }] },
      context: { tz: "UTC" },
    });
    await client.call("res.partner", "write", { ids: [5], args: { vals: { name: "C" } } });
    const bodies = server.requests.map(({ body }) => body.replace(/\s+/g, ""));
    assert.equal(bodies.filter((body) => body.includes("<methodName>authenticate<")).length, 1);
    const create = bodies.find((body) => body.includes("<string>create</string>"))!;
    assert.ok(!create.includes("vals_list"), "create reads its first parameter by position");
    assert.match(create, /<name>context<\/name>/);
    const write = bodies.find((body) => body.includes("<string>write</string>"))!;
    assert.match(write, /<array><data><value><array><data><value><int>5<\/int>/);
  });

  it("takes whatever says no version for a server that is away", async () => {
    const pages = ['{"status":"maintenance"}', '{"status":', '<?xml version="1.0"?><methodResponse>'];
    for (const page of pages) {
      const { client } = await serve((_request, response) => void response.end(page));
      await assert.rejects(client.version(), ({ failure }: HoldfastError) => {
        assert.equal(failure.class, "unavailable");
        return true;
      });
    }
  });

  it("asks the version again after the server was away: it may come back as another one", async () => {
    let major = 18;
    let away = false;
    const { client } = await serve(
      ({ line, body }, response) => {
        if (away) html(response, 503);
        else if (line === "GET /web/version") major >= 19 ? json(response, version19) : html(response, 404);
        else if (body.includes("<methodName>version<")) xml(response, structOf("18.0"));
        else if (line.endsWith("/common")) xml(response, xmlValue("<int>2</int>"));
        else if (line.includes("/json/2/")) json(response, "json2");
        else xml(response, xmlValue("<string>xmlrpc</string>"));
      },
      { transport: "auto" },
    );
    const ask = () => client.call("res.partner", "search_count", { args: { domain: [] } });
    assert.equal(await ask(), "xmlrpc");
    away = true;
    await assert.rejects(ask());
    away = false;
    major = 19;
    assert.equal(await ask(), "json2");
  });

  it("never has more calls under way than allowed", async () => {
    let now = 0;
    let most = 0;
    const { client } = await serve(
      (_, response) => {
        most = Math.max(most, ++now);
        setTimeout(() => {
          now -= 1;
          json(response, true);
        }, 10);
      },
      { maxParallel: 3 },
    );
    await Promise.all(Array.from({ length: 20 }, () => client.call("res.partner", "search_count", {})));
    assert.equal(most, 3);
  });

  it("keeps its pause between calls, counted from the start of the last one", async () => {
    let now = 5_000;
    const asleep: { until: number; wake(): void }[] = [];
    const starts: number[] = [];
    const { client } = await serve(
      (_, response) => {
        starts.push(now);
        json(response, true);
      },
      { minIntervalMs: 1_000, maxParallel: 4 },
      {
        now: () => now,
        sleep: (ms) => new Promise<void>((wake) => asleep.push({ until: now + ms, wake })),
      },
    );
    const call = () => client.call("res.partner", "search_count", {});
    const pauses = () => asleep.map(({ until }) => until);
    const calls = [call(), call(), call()];
    await calls[0];
    assert.deepEqual(pauses(), [6_000, 7_000]);
    for (const [i, { until, wake }] of asleep.splice(0).entries()) {
      now = until;
      wake();
      await calls[i + 1];
    }
    now = 7_400;
    const late = call();
    await eventually("it waits", () => pauses()[0] === 8_000);
    now = 8_000;
    asleep[0]!.wake();
    await late;
    now = 20_000;
    await call();
    assert.deepEqual(starts, [5_000, 6_000, 7_000, 8_000, 20_000]);
  });

  it("a failed call gives its place back", async () => {
    const gate = createGate(1);
    await assert.rejects(gate.run(() => Promise.reject(new Error("no"))));
    assert.equal(await gate.run(async () => 1), 1);
  });

  it("uses one connection for calls one after the other", async () => {
    const sockets = new Set<unknown>();
    const { client } = await serve(({ raw }, response) => {
      sockets.add(raw.socket);
      json(response, true);
    });
    for (let n = 0; n < 5; n++) await client.call("res.partner", "search_count", {});
    assert.equal(sockets.size, 1);
  });

  it("holds its key where no log finds it", () => {
    const client = clientOf("http://127.0.0.1:1");
    assert.ok(!inspect(client, { depth: 9 }).includes(secret) && !JSON.stringify(client).includes(secret));
  });

  it("waits longer for an answer than it keeps an idle connection", async function () {
    this.timeout(8_000);
    const { client } = await serve((_, response) => setTimeout(() => json(response, 5), 4_600));
    assert.equal(await client.call("res.partner", "search_count", {}), 5);
  });

  it("tells a wrong key from a forbidden record", async () => {
    const { client } = await serve((_, response) =>
      exception(response, 401, "werkzeug.exceptions.Unauthorized", "Invalid apikey"),
    );
    await assert.rejects(client.call("res.partner", "read", { ids: [1] }), /API key of bot/);
  });
});

describe("XML-RPC codec", () => {
  it("brings values there and back", async () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.string({ unit: "grapheme" }),
        fc.integer(),
        fc
          .double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
          .filter((n) => !Object.is(n, -0)),
        fc.boolean(),
        fc.array(tie("any")),
        fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), tie("any")),
      ),
    })).any;
    await fc.assert(
      fc.asyncProperty(value, async (sent) => {
        const call = encodeCall("m", [sent]);
        const answer = call
          .replace(/<methodCall>\s*<methodName>m<\/methodName>/, "<methodResponse>")
          .replace("</methodCall>", "</methodResponse>");
        assert.deepEqual(await decodeAnswer(answer), { value: asXmlGives(sent) });
      }),
    );
  });

  it("drops what XML can't carry instead of failing in the server", () => {
    const text = encodeCall("m", ["a\u0000\u000bb\ud800c", { gone: undefined }]);
    assert.match(text, /<string>abc<\/string>/);
    assert.doesNotMatch(text, /gone/);
  });

  it("carries ]]> and markup", async () => {
    const text = encodeCall("m", ["a ]]> b <b>&amp; c"]);
    const answer = text
      .replace(/<methodCall><methodName>m<\/methodName>/, "<methodResponse>")
      .replace("</methodCall>", "</methodResponse>");
    assert.deepEqual(await decodeAnswer(answer), { value: "a ]]> b <b>&amp; c" });
  });
});

/** XML 1.0 has no control characters, and reads a carriage return as a line feed. */
function asXmlGives(value: unknown): unknown {
  if (typeof value === "string") {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
    return value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "");
  }
  if (Array.isArray(value)) return value.map(asXmlGives);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asXmlGives(member)]));
  }
  return value;
}
