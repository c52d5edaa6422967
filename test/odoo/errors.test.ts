import assert from "node:assert/strict";
import { type Failure, HoldfastError } from "../../src/failure.ts";
import type { OdooClient, OdooConfig } from "../../src/odoo/client.ts";
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
  xmlFault,
  xmlValue,
} from "../support/odoo-http.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function serve(
  answer: Answer,
  more: Partial<OdooConfig> = {},
): Promise<{ client: OdooClient; server: OddServer }> {
  const server = await startOddServer(answer);
  const client = clientOf(server.url, more);
  open.push(server, client);
  return { client, server };
}

async function failing(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof HoldfastError, `threw ${error}`);
    const everything = `${error.message} ${error.stack} ${JSON.stringify(error)} ${JSON.stringify(error.cause ?? null)}`;
    assert.ok(!everything.includes(secret), "the API key must not be in an error");
    assert.ok(!/Traceback/.test(everything), "no traceback for people");
    return error.failure;
  }
  assert.fail("it should have failed");
}

const read = (client: OdooClient) =>
  client.call("res.partner", "read", { ids: [1], args: { fields: ["name"] } });

/** Whatever is asked, this comes. */
async function failureOn(answer: Answer, more: Partial<OdooConfig> = {}): Promise<Failure> {
  const { client } = await serve(answer, more);
  return failing(read(client));
}

describe("Odoo failures: the wire", () => {
  const pages: [number, string, string][] = [
    [502, "unavailable", "http_502"],
    [503, "unavailable", "http_503"],
    [504, "unavailable", "http_504"],
    [500, "unavailable", "http_500"],
    [404, "unavailable", "database_or_address_wrong"],
    [401, "unavailable", "bad_credentials"],
    [403, "unavailable", "forbidden_by_proxy"],
    [415, "unavailable", "not_odoo"],
    [200, "unavailable", "not_odoo"],
    [413, "rejected", "request_too_large"],
  ];
  for (const [status, kind, code] of pages) {
    it(`HTML with status ${status} is ${kind}, over both transports`, async () => {
      for (const transport of ["json2", "xmlrpc"] as const) {
        const failure = await failureOn((_, response) => html(response, status), { transport });
        assert.equal(failure.class, kind);
        assert.equal(failure.code, code);
        assert.doesNotMatch(failure.message, /<|DOCTYPE/);
      }
    });
  }

  it("a redirect is not followed: it names the right address", async () => {
    const { client, server } = await serve((_, response) =>
      html(response, 301, { location: "https://shop.example.com/json/2/res.partner/read" }),
    );
    const failure = await failing(read(client));
    assert.equal(failure.code, "redirected");
    assert.equal(failure.class, "unavailable");
    assert.match(failure.hint ?? "", /https:\/\/shop\.example\.com /);
    assert.equal(server.requests.length, 1);
  });

  it("429 is throttled for as long as Retry-After says, in seconds or as a date", async () => {
    const seconds = await failureOn((_, response) => html(response, 429, { "retry-after": "7" }));
    assert.equal(seconds.class, "throttled");
    assert.equal(seconds.retryAfterMs, 7000);
    const date = new Date(Date.now() + 60_000).toUTCString();
    const until = await failureOn((_, response) => html(response, 429, { "retry-after": date }));
    assert.ok(until.retryAfterMs! > 50_000 && until.retryAfterMs! <= 60_000);
    const none = await failureOn((_, response) => html(response, 429));
    assert.equal(none.retryAfterMs, undefined);
  });

  it("no answer in time is unavailable, and says that the work may be done", async () => {
    const failure = await failureOn(() => {}, { timeoutMs: 80 });
    assert.equal(failure.class, "unavailable");
    assert.equal(failure.code, "answer_timeout");
    assert.match(failure.message, /may have done/);
  });

  it("a connection that breaks after the request, or within the answer, is unavailable", async () => {
    const before = await failureOn(({ raw }) => raw.socket.destroy());
    assert.deepEqual([before.class, before.code], ["unavailable", "connection_reset"]);
    assert.match(before.message, /may have done/);
    const within = await failureOn(({ raw }, response) => {
      response.writeHead(200, { "content-length": "1000", "content-type": "application/json" });
      response.write("[1,");
      setTimeout(() => raw.socket.destroy(), 20);
    });
    assert.deepEqual([within.class, within.code], ["unavailable", "connection_reset"]);
  });

  it("refused, unknown and senseless addresses are unavailable, and nothing was sent", async () => {
    const server = await startOddServer(() => {});
    await server.close();
    const refused = await failing(read(clientOf(server.url)));
    assert.deepEqual([refused.class, refused.code], ["unavailable", "connect_refused"]);
    assert.doesNotMatch(refused.message, /may have done/);
    const unknown = await failing(read(clientOf("http://no-such-host.invalid")));
    assert.deepEqual([unknown.class, unknown.code], ["unavailable", "name_not_found"]);
    for (const url of ["", "example", "ftp://example.com"]) {
      assert.equal((await failing(read(clientOf(url)))).code, "bad_url");
    }
  });

  it("https to a plain server is a TLS error", async () => {
    const server = await startOddServer((_, response) => json(response, {}));
    open.push(server);
    const failure = await failing(read(clientOf(server.url.replace("http:", "https:"))));
    assert.deepEqual([failure.class, failure.code], ["unavailable", "tls_error"]);
  });

  it("text that is neither JSON nor XML-RPC is unavailable", async () => {
    for (const text of ["{oops", "OK", '<?xml version="1.0"?><rss/>', "<methodResponse><params>"]) {
      for (const transport of ["json2", "xmlrpc"] as const) {
        const failure = await failureOn((_, response) => response.end(text), { transport });
        assert.deepEqual([failure.class, failure.code], ["unavailable", "not_odoo"], `${transport}: ${text}`);
      }
    }
  });

  it("a kept-alive connection that died meanwhile costs a repeatable call nothing", async () => {
    let dropped = 0;
    const { client, server } = await serve(({ raw }, response) => {
      const seen = server.requests.length;
      if (seen === 2) {
        dropped += 1;
        raw.socket.destroy();
      } else json(response, []);
    });
    await read(client);
    await read(client);
    assert.equal(dropped, 1);
    assert.equal(server.requests.length, 3);
  });

  it("a create on a dead kept-alive connection is not sent twice", async () => {
    const { client, server } = await serve(({ raw }, response) => {
      if (server.requests.length === 2) raw.socket.destroy();
      else json(response, []);
    });
    await read(client);
    const failure = await failing(client.call("res.partner", "create", { args: { vals_list: [{}] } }));
    assert.equal(failure.code, "connection_reset");
    assert.equal(server.requests.length, 2);
  });
});

describe("Odoo failures: exceptions over JSON-2", () => {
  const table: [number, string, string, string, string][] = [
    [401, "werkzeug.exceptions.Unauthorized", "Invalid apikey", "unavailable", "bad_credentials"],
    [
      404,
      "werkzeug.exceptions.NotFound",
      "the model 'res.partner' does not exist",
      "rejected",
      "unknown_model",
    ],
    [
      404,
      "werkzeug.exceptions.NotFound",
      "The method 'res.partner.read' does not exist",
      "rejected",
      "unknown_method",
    ],
    [
      404,
      "odoo.exceptions.MissingError",
      "Record does not exist or has been deleted.",
      "rejected",
      "record_missing",
    ],
    [
      403,
      "odoo.exceptions.AccessError",
      "Private methods (such as 'x._y') cannot be called remotely.",
      "rejected",
      "unknown_method",
    ],
    [
      403,
      "odoo.exceptions.AccessError",
      "Uh-oh! Looks like you have stumbled upon some top-secret records.",
      "rejected",
      "record_access_denied",
    ],
    [422, "odoo.exceptions.ValidationError", "Contacts require a name", "rejected", "validation_error"],
    [422, "odoo.exceptions.UserError", "You can't.", "rejected", "user_error"],
    [
      422,
      "werkzeug.exceptions.UnprocessableEntity",
      "missing a required argument: 'domain'",
      "rejected",
      "bad_call",
    ],
    [409, "odoo.exceptions.LockError", "Cannot grab the lock", "conflict", "concurrent_update"],
    [
      500,
      "psycopg2.errors.SerializationFailure",
      "could not serialize access due to concurrent update",
      "conflict",
      "concurrent_update",
    ],
    [500, "psycopg2.errors.DeadlockDetected", "deadlock detected", "conflict", "concurrent_update"],
    [500, "psycopg2.OperationalError", "the database system is starting up", "unavailable", "database_away"],
    [
      500,
      "psycopg2.OperationalError",
      'FATAL:  database "shop" does not exist',
      "unavailable",
      "database_not_found",
    ],
    [500, "psycopg2.pool.PoolError", "The Connection Pool Is Full", "unavailable", "database_away"],
    [
      500,
      "builtins.ValueError",
      "Invalid field res.partner.foo in condition ('foo', '=', 1)",
      "rejected",
      "unknown_field",
    ],
    [
      500,
      "builtins.ValueError",
      "External ID not found in the system: base.nope",
      "dependency",
      "external_id_not_found",
    ],
    [500, "builtins.KeyError", "'foo'", "unknown", "odoo_error"],
    [500, "builtins.AttributeError", "'NoneType' object has no attribute 'id'", "unknown", "odoo_error"],
    [503, "werkzeug.exceptions.ServiceUnavailable", "maintenance", "unavailable", "http_503"],
    [429, "werkzeug.exceptions.TooManyRequests", "slow down", "throttled", "too_many_requests"],
  ];
  for (const [status, name, message, kind, code] of table) {
    it(`${status} ${name}: ${message.slice(0, 40)} → ${kind}/${code}`, async () => {
      const failure = await failureOn((_, response) => exception(response, status, name, message));
      assert.deepEqual([failure.class, failure.code], [kind, code]);
      assert.equal(failure.source, "odoo");
    });
  }

  it("a denied model names user, operation, model and the rights that help", async () => {
    const failure = await failureOn((_, response) =>
      exception(
        response,
        403,
        "odoo.exceptions.AccessError",
        "You are not allowed to create 'Sales Order' (sale.order) records.\n\nThis operation is allowed for the following groups:\n\t- Sales/Administrator\n\t- Sales/User: Own Documents Only\n\nContact your administrator to request access if necessary.",
      ),
    );
    assert.equal(failure.code, "access_denied");
    assert.equal(failure.message, "Odoo does not let bot create Sales Order (sale.order).");
    assert.equal(
      failure.hint,
      "In Odoo, give bot one of these rights: Sales/Administrator, Sales/User: Own Documents Only.",
    );
  });

  it("messages are short, without markup, and never show the key", async () => {
    const failure = await failureOn((_, response) =>
      exception(response, 422, "odoo.exceptions.UserError", `<p>No: ${secret}</p>\n${"long ".repeat(200)}`),
    );
    assert.ok(failure.message.length < 360);
    assert.match(failure.message, /No: •••/);
  });
});

describe("Odoo failures: XML-RPC", () => {
  const uid = xmlValue("<int>2</int>");
  const answers =
    (inside: string): Answer =>
    ({ line }, response) =>
      xml(response, line.endsWith("/common") ? uid : inside);
  const traceback = (last: string) =>
    `Traceback (most recent call last):\n  File "/usr/lib/odoo/http.py", line 12, in call\n    return method()\n           ^^^^^^^^\n${last}\n`;

  const faults: [number, string, string, string][] = [
    [2, "The operation cannot be completed: Contacts require a name", "rejected", "user_error"],
    [
      2,
      "Record does not exist or has been deleted.\n(Record: res.partner(9,), User: 5)",
      "rejected",
      "record_missing",
    ],
    [2, "Object res.partner doesn't exist", "rejected", "unknown_model"],
    [3, "Access Denied", "unavailable", "bad_credentials"],
    [4, "You are not allowed to access 'Model Data' (ir.model.data) records.", "rejected", "access_denied"],
    [
      1,
      traceback("psycopg2.errors.SerializationFailure: could not serialize access"),
      "conflict",
      "concurrent_update",
    ],
    [
      1,
      traceback("ValueError: Invalid field res.partner.foo in condition ('foo', '=', 1)"),
      "rejected",
      "unknown_field",
    ],
    [
      1,
      traceback("AttributeError: The method 'res.partner.read' does not exist"),
      "rejected",
      "unknown_method",
    ],
    [
      1,
      traceback("AttributeError: type object 'res.partner' has no attribute 'read'"),
      "rejected",
      "unknown_method",
    ],
    [1, traceback("TypeError: read() got an unexpected keyword argument 'x'"), "rejected", "bad_call"],
    [
      1,
      traceback('psycopg2.OperationalError: connection failed: FATAL:  database "shop" does not exist\n'),
      "unavailable",
      "database_not_found",
    ],
    [
      1,
      traceback("ZeroDivisionError: division by zero\n\nNote: this line belongs to it"),
      "unknown",
      "odoo_error",
    ],
  ];
  for (const [number, text, kind, code] of faults) {
    it(`fault ${number} ${text.trimEnd().split("\n").at(-1)!.slice(0, 50)} → ${kind}/${code}`, async () => {
      const failure = await failureOn(answers(xmlFault(number, text)), { transport: "xmlrpc" });
      assert.deepEqual([failure.class, failure.code], [kind, code]);
      assert.doesNotMatch(failure.message, /File "/);
    });
  }

  const inLoad = (line: string) =>
    `Traceback (most recent call last):\n  File "/usr/lib/odoo/models.py", line 999, in load\n    ${line}\nKeyError: 'nickname'\n`;

  it("a column that the load of Odoo 14 stumbles over is an unknown field", async () => {
    const failure = await failureOn(
      answers(xmlFault(1, inLoad("if isinstance(model_fields[field_path[0]], odoo.fields.Many2one):"))),
      { transport: "xmlrpc" },
    );
    assert.deepEqual([failure.class, failure.code], ["rejected", "unknown_field"]);
    assert.match(failure.message, /the field nickname/);
  });

  it("any other missing key in a load is an error of Odoo", async () => {
    const failure = await failureOn(answers(xmlFault(1, inLoad("names[nickname]"))), { transport: "xmlrpc" });
    assert.deepEqual([failure.class, failure.code], ["unknown", "odoo_error"]);
  });

  for (const [what, returned] of [
    ["nothing", "None unless allow_none is enabled"],
    ["records", "<class 'odoo.api.account.move'> objects"],
  ]) {
    it(`'cannot marshal' is a method that returned ${what}: the work is committed`, async () => {
      const { client } = await serve(
        answers(xmlFault(1, traceback(`TypeError: cannot marshal ${returned}`))),
        {
          transport: "xmlrpc",
        },
      );
      assert.equal(await client.call("account.move", "action_post", { ids: [1] }), null);
    });
  }

  it("a login that Odoo does not know is held, not burnt", async () => {
    const failure = await failureOn((_, response) => xml(response, xmlValue("<boolean>0</boolean>")), {
      transport: "xmlrpc",
    });
    assert.deepEqual([failure.class, failure.code], ["unavailable", "bad_credentials"]);
    assert.match(failure.hint ?? "", /API Key/);
  });
});
