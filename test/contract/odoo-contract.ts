import assert from "node:assert/strict";
import { request } from "node:http";
import { type Failure, HoldfastError } from "../../src/failure.ts";
import type { ImportPlan, ImportRecord, ImportValue } from "../../src/import-plan.ts";
import { createOdooClient, type OdooClient, type OdooConfig } from "../../src/odoo/client.ts";
import { lookUp } from "../../src/odoo/external-ids.ts";
import { applyPlans, type PlanResult } from "../../src/odoo/import.ts";
import { operate } from "../../src/odoo/operations.ts";
import { fieldName } from "../../src/odoo/versions.ts";

/** A server to hold to the contract; the user may sell and move stock, nothing more. */
export interface OdooUnderTest {
  url: string;
  db: string;
  login: string;
  apiKey: string;
  /** Who may create products; without it those cases are skipped. */
  admin?: { login: string; apiKey: string };
}

type Transport = "json2" | "xmlrpc";

interface Reply {
  ids: number[] | false;
  messages: { type: string; message: string; record?: number; rows?: { from: number; to: number } }[];
}

const recipe = { mode: "update", noupdate: true, module: "__shopify__", tz: "UTC" };

/**
 * What the package relies on in an Odoo: the stand-in in sandbox/ is trusted because it passes the same cases
 * as the real one. Every run uses names of its own, so it can be repeated on one database.
 */
export function describeOdooContract(
  name: string,
  getServer: () => Promise<OdooUnderTest>,
  transports: readonly Transport[] = ["json2", "xmlrpc"],
): void {
  for (const transport of transports) {
    describe(`${name} over ${transport}`, function () {
      // A real one takes its time over forty orders.
      this.timeout(60_000);
      contract(transport, getServer);
    });
  }
}

function contract(transport: Transport, getServer: () => Promise<OdooUnderTest>): void {
  let server: OdooUnderTest;
  let client: OdooClient;
  let product: number;
  let taxes: { excluded: number; included: number };
  let rounding: string;
  let major: number;
  const clients: OdooClient[] = [];
  let count = 0;
  const run = `hf${transport[0]}${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
  /** A name that nobody else has. */
  const fresh = (what: string): string => `${run}_${what}_${++count}`;

  function connect(more: Partial<OdooConfig> = {}): OdooClient {
    const { url, db, login, apiKey } = server;
    const made = createOdooClient({ url, db, login, apiKey, transport, ...more });
    clients.push(made);
    return made;
  }

  before(async () => {
    server = await getServer();
    client = connect();
    ({ major } = await client.version());
    const [found] = (await client.call("product.product", "search_read", {
      args: { domain: [["default_code", "=", "SHIPPING"]], fields: ["id"] },
    })) as { id: number }[];
    assert.ok(found, "a product SHIPPING");
    product = found.id;
    const sale = (await client.call("account.tax", "search_read", {
      args: { domain: [["type_tax_use", "=", "sale"]], fields: ["amount", "price_include"] },
    })) as { id: number; amount: number; price_include: boolean }[];
    const tax = (amount: number, included: boolean) =>
      sale.find((one) => one.amount === amount && one.price_include === included)?.id;
    const [excluded, included] = [tax(8.25, false), tax(19, true)];
    assert.ok(excluded && included, "taxes of 8.25 % on top and 19 % included");
    taxes = { excluded, included };
    const companies = (await client.call("res.company", "search_read", {
      args: { domain: [], fields: ["tax_calculation_rounding_method"], limit: 1 },
    })) as { tax_calculation_rounding_method: string }[];
    rounding = companies[0]!.tax_calculation_rounding_method;
  });

  after(() => {
    for (const one of clients) one.close();
  });

  async function failing(work: Promise<unknown>): Promise<Failure> {
    try {
      await work;
    } catch (error) {
      assert.ok(error instanceof HoldfastError, `threw ${error}`);
      assert.ok(!JSON.stringify(error.failure).includes(server.apiKey));
      return error.failure;
    }
    assert.fail("it should have failed");
  }

  const load = async (
    model: string,
    fields: string[],
    data: string[][],
    context: Record<string, unknown> = recipe,
  ) => (await client.call(model, "load", { args: { fields, data }, context })) as Reply;

  /** The same load as a request of its own, for a client that does not live to read the answer. */
  async function loadRequest(model: string, fields: string[], data: string[][]): Promise<Request> {
    const headers = { "content-type": "application/json" };
    if (major >= 19) {
      return new Request(`${server.url}/json/2/${model}/load`, {
        method: "POST",
        headers: { ...headers, authorization: `bearer ${server.apiKey}`, "x-odoo-database": server.db },
        body: JSON.stringify({ fields, data, context: recipe }),
      });
    }
    const [user] = (await client.call("res.users", "search_read", {
      args: { domain: [["login", "=", server.login]], fields: ["id"] },
    })) as { id: number }[];
    const args = [server.db, user!.id, server.apiKey, model, "load", [fields, data], { context: recipe }];
    const params = { service: "object", method: "execute_kw", args };
    return new Request(`${server.url}/jsonrpc`, {
      method: "POST",
      headers,
      body: JSON.stringify({ jsonrpc: "2.0", method: "call", params }),
    });
  }

  const readOrder = async (id: number, fields: string[]): Promise<Record<string, unknown>> => {
    const rows = await client.call("sale.order", "search_read", {
      args: { domain: [["id", "=", id]], fields },
    });
    return (rows as Record<string, unknown>[])[0] ?? {};
  };

  const countOrders = (reference: string) =>
    client.call("sale.order", "search_count", { args: { domain: [["client_order_ref", "=", reference]] } });

  interface Line {
    price: string;
    quantity?: string;
    tax?: number;
  }

  function plan(
    options: { lines?: Line[]; total?: string; tax?: string; customer?: string | null } = {},
  ): ImportPlan {
    const id = fresh("order");
    const lines = options.lines ?? [{ price: "10.00" }];
    const { customer = `Customer ${id}` } = options;
    const order: ImportRecord = {
      model: "sale.order",
      externalId: id,
      values: {
        partner_id: { externalId: `${id}_c` },
        client_order_ref: id,
        date_order: "2026-03-04 10:00:00",
      },
      children: {
        order_line: lines.map((line, index) => ({
          model: "sale.order.line",
          externalId: `${id}_l${index}`,
          values: {
            product_id: { find: { model: "product.product", where: { default_code: "SHIPPING" } } },
            name: `Line ${index}`,
            product_uom_qty: line.quantity ?? "1",
            price_unit: line.price,
            tax_ids: line.tax === undefined ? [] : [{ id: line.tax }],
          } as Record<string, ImportValue>,
        })),
      },
    };
    return {
      kind: "import-plan",
      reference: `#${id}`,
      records: [{ model: "res.partner", externalId: `${id}_c`, values: { name: customer } }, order],
      ...(options.total && {
        totals: {
          model: "sale.order",
          externalId: id,
          currency: "USD",
          total: options.total,
          tax: options.tax ?? "0.00",
        },
      }),
    };
  }

  async function applied(one: ImportPlan): Promise<number> {
    const [result] = await applyPlans(client, [one]);
    assert.ok(result);
    if (!result.ok) assert.fail(result.failure.message);
    const id = result.ids[nameOf(one)];
    assert.ok(id !== undefined);
    return id;
  }

  /** A plan's order, by its external id. */
  const nameOf = (one: ImportPlan): string => one.records.at(-1)!.externalId;

  function failureIn(result: PlanResult | undefined): Failure {
    assert.ok(result && !result.ok, "it should have failed");
    return result.failure;
  }

  describe("who is there", () => {
    it("tells its version without a login", async () => {
      const { major, full } = await connect({ apiKey: "none", login: "nobody" }).version();
      assert.ok(major >= 14, full);
    });

    it("lets the user in", async () => {
      assert.equal(
        typeof (await client.call("res.partner", "search_count", { args: { domain: [] } })),
        "number",
      );
    });

    it("a wrong key is bad_credentials: hold, don't burn", async () => {
      const failure = await failing(
        connect({ apiKey: "0".repeat(40) }).call("res.partner", "search_count", { args: { domain: [] } }),
      );
      assert.deepEqual([failure.class, failure.code], ["unavailable", "bad_credentials"]);
    });

    it("a wrong database is unavailable and named", async () => {
      const failure = await failing(
        connect({ db: "no_such_db" }).call("res.partner", "search_count", { args: { domain: [] } }),
      );
      assert.equal(failure.class, "unavailable");
      assert.match(failure.message, /no_such_db/);
    });
  });

  describe("refusals", () => {
    const cases: [what: string, code: string, call: () => Promise<unknown>][] = [
      [
        "an unknown model",
        "unknown_model",
        () => client.call("no.such.model", "search_count", { args: { domain: [] } }),
      ],
      ["an unknown method", "unknown_method", () => client.call("res.partner", "no_such_method", {})],
      [
        "a private method",
        "unknown_method",
        () => client.call("res.partner", "_search", { args: { domain: [] } }),
      ],
      [
        "an unknown field in a domain",
        "unknown_field",
        () => client.call("res.partner", "search_read", { args: { domain: [["no_such_field", "=", 1]] } }),
      ],
      [
        "an unknown field to read",
        "unknown_field",
        () =>
          client.call("res.partner", "search_read", {
            args: { domain: [], fields: ["no_such_field"], limit: 1 },
          }),
      ],
      [
        "an unknown column of load",
        "unknown_field",
        () => load("res.partner", ["id", "no_such_field"], [[fresh("x"), "1"]]),
      ],
      [
        "a parameter that the method has not",
        "bad_call",
        () => client.call("res.partner", "search_count", { args: { domain: [], nope: 1 } }),
      ],
      [
        "a model that the user must not read",
        "access_denied",
        // Odoo 14 lets every employee read external ids.
        () =>
          client.call(major >= 15 ? "ir.model.data" : "ir.cron", "search_read", {
            args: { domain: [], limit: 1 },
          }),
      ],
      [
        "a record that is gone",
        "record_missing",
        () => client.call("res.partner", "write", { ids: [99_999_999], args: { vals: { name: "x" } } }),
      ],
    ];
    for (const [what, code, call] of cases) {
      it(`${what} is rejected as ${code}`, async () => {
        const failure = await failing(call());
        assert.deepEqual([failure.class, failure.code], ["rejected", code], failure.message);
      });
    }

    it("a value that Odoo's rules forbid is rejected with Odoo's words", async () => {
      const failure = await failing(
        operate(client, { kind: "create", model: "res.partner", values: { email: "x@example.com" } }),
      );
      assert.equal(failure.class, "rejected");
      // Odoo 14 has no words for it, only the rule's name.
      assert.match(failure.message, major >= 15 ? /require a name/ : /res_partner_check_name/);
    });

    it("a missing right names user and rights", async () => {
      const failure = await failing(
        operate(client, { kind: "create", model: "product.product", values: { name: "x" } }),
      );
      assert.equal(failure.code, "access_denied");
      assert.match(failure.message, new RegExp(`${server.login} create Product`));
      assert.match(failure.hint ?? "", major >= 15 ? /Products\/Create/ : /Sales\/Administrator/);
    });
  });

  describe("reading and writing", () => {
    it("create, search_read, write, unlink; a second unlink is fine", async () => {
      const name = fresh("partner");
      const [id] = (await operate(client, {
        kind: "create",
        model: "res.partner",
        values: [{ name }],
      })) as number[];
      assert.ok(id);
      await operate(client, { kind: "write", model: "res.partner", ids: [id], values: { ref: "R1" } });
      const rows = await operate(client, {
        kind: "search_read",
        model: "res.partner",
        domain: [["name", "=", name]],
        fields: ["name", "ref"],
        limit: 5,
      });
      assert.deepEqual(rows, [{ id, name, ref: "R1" }]);
      assert.equal(await operate(client, { kind: "unlink", model: "res.partner", ids: [id] }), 1);
      assert.equal(await operate(client, { kind: "unlink", model: "res.partner", ids: [id] }), 0);
    });

    it("odd characters come back as they went", async () => {
      const name = `${fresh("chars")} Zoë & <Söhne> "x" 日本 🧊 ]]> \\ 'y'`;
      const [id] = (await operate(client, {
        kind: "create",
        model: "res.partner",
        values: { name },
      })) as number[];
      const rows = (await operate(client, {
        kind: "search_read",
        model: "res.partner",
        domain: [["id", "=", id]],
        fields: ["name"],
      })) as { name: string }[];
      assert.equal(rows[0]!.name, name);
    });

    it("an external id is found without rights on ir.model.data", async () => {
      assert.equal((await lookUp(client, "base.us"))?.model, "res.country");
      assert.equal(await lookUp(client, fresh("nothing")), undefined);
    });

    it("a method that returns nothing is done, not failed", async () => {
      const id = await applied(plan());
      const [method, left] =
        major >= 17 ? ["action_lock", { locked: true }] : ["action_unlock", { state: "sale" }];
      assert.equal(await operate(client, { kind: "method", model: "sale.order", method, ids: [id] }), null);
      const { id: _id, ...order } = await readOrder(id, Object.keys(left));
      assert.deepEqual(order, left);
    });
  });

  describe("load", () => {
    it("creates, and returns the same the second time without a change", async () => {
      const id = fresh("p");
      const first = await load("res.partner", ["id", "name", "country_id/id"], [[id, "First", "base.us"]]);
      assert.ok(first.ids);
      const second = await load("res.partner", ["id", "name", "country_id/id"], [[id, "Second", ""]]);
      assert.deepEqual(second.ids, first.ids);
      const rows = (await client.call("res.partner", "search_read", {
        args: { domain: [["id", "in", first.ids]], fields: ["name", "country_id"] },
      })) as { name: string; country_id: [number, string] }[];
      assert.equal(rows[0]!.name, "First");
      assert.equal(rows[0]!.country_id[1], "United States");
      assert.deepEqual(await lookUp(client, id), { model: "res.partner", id: first.ids[0] });
    });

    it("an order with its lines, in UTC; the same again adds no line", async () => {
      const one = plan({ lines: [{ price: "10.00" }, { price: "5.50", quantity: "2" }] });
      const id = await applied(one);
      assert.equal(await applied(one), id);
      const order = await readOrder(id, ["date_order", "order_line", "amount_total"]);
      assert.equal(order.date_order, "2026-03-04 10:00:00");
      assert.equal((order.order_line as number[]).length, 2);
      assert.equal(order.amount_total, 21);
    });

    it("upsert changes a line by its external id, adds new ones, leaves the rest", async () => {
      const one = plan({ lines: [{ price: "10.00" }, { price: "20.00" }] });
      const id = await applied(one);
      const { externalId, children } = one.records[1]!;
      const [line] = children!.order_line!;
      const changed = { ...line!, values: { ...line!.values, price_unit: "12.00" } };
      const added = { ...line!, externalId: fresh("line"), values: { ...line!.values, price_unit: "3.00" } };
      const again = {
        kind: "upsert" as const,
        model: "sale.order",
        externalId,
        values: {},
        children: { order_line: [changed, added] },
      };
      assert.equal(await operate(client, again), id);
      assert.equal(await operate(client, again), id);
      const order = await readOrder(id, ["order_line", "amount_untaxed"]);
      assert.equal((order.order_line as number[]).length, 3);
      assert.equal(order.amount_untaxed, 35);
    });

    it("a bad row: no ids, nothing written, and which row", async () => {
      const names = [fresh("good"), fresh("bad"), fresh("good")];
      const reply = await load(
        "res.partner",
        ["id", "name", "country_id/.id"],
        names.map((id, index) => [id, id, index === 1 ? "99999999" : ""]),
      );
      assert.equal(reply.ids, false);
      const error = reply.messages.find((message) => message.type === "error");
      assert.equal(error?.record, 1);
      assert.deepEqual(error?.rows, { from: 1, to: 1 });
      for (const id of names) assert.equal(await lookUp(client, id), undefined);
    });

    it("an order may point to customers before it, and an address may be below its customer", async () => {
      const one = plan();
      const customer = one.records[0]!.externalId;
      const address: ImportRecord = {
        model: "res.partner",
        externalId: fresh("address"),
        values: {
          name: "Ann",
          type: "delivery",
          street: "Main Street 1",
          parent_id: { externalId: customer },
        },
      };
      one.records.splice(1, 0, address);
      one.records[2]!.values.partner_shipping_id = { externalId: address.externalId };
      for (let round = 0; round < 2; round++) {
        const [result] = await applyPlans(client, [one]);
        assert.ok(result);
        if (!result.ok) assert.fail(result.failure.message);
        const rows = await client.call("res.partner", "search_read", {
          args: {
            domain: [["id", "=", result.ids[address.externalId]]],
            fields: ["parent_id", "street", "type"],
          },
        });
        const [row] = rows as { parent_id: [number, string]; street: string; type: string }[];
        assert.equal(row!.parent_id[0], result.ids[customer]);
        assert.deepEqual([row!.street, row!.type], ["Main Street 1", "delivery"]);
      }
    });

    it("an external id that is not there is named", async () => {
      const one = plan();
      one.records.shift();
      const [result] = await applyPlans(client, [one]);
      const failure = failureIn(result);
      assert.deepEqual(
        [failure.class, failure.code],
        ["dependency", "external_id_not_found"],
        failure.message,
      );
      assert.match(
        failure.message,
        new RegExp(`^Order ${one.reference}: .*${nameOf(one)}_c.* not in Odoo yet`),
      );
    });

    it("a date with T and Z is refused, not misread", async () => {
      const one = plan();
      one.records[1]!.values.date_order = "2026-03-04T10:00:00Z";
      assert.equal(failureIn((await applyPlans(client, [one]))[0]).class, "rejected");
    });

    it("several taxes travel as a list of ids", async () => {
      const one = plan({ lines: [{ price: "100.00", tax: taxes.excluded }] });
      one.records[1]!.children!.order_line![0]!.values.tax_ids = [
        { id: taxes.excluded },
        { id: taxes.included },
      ];
      const id = await applied(one);
      const field = fieldName(major, "sale.order.line", "tax_ids")!;
      const [line] = (await client.call("sale.order.line", "search_read", {
        args: { domain: [["order_id", "=", id]], fields: [field] },
      })) as Record<string, number[]>[];
      assert.deepEqual(line![field]!.toSorted(), [taxes.excluded, taxes.included].toSorted());
    });

    it("deleting the order frees its external id: a replay makes a new one", async function () {
      if (!server.admin) return this.skip();
      const one = plan();
      const id = await applied(one);
      await operate(connect(server.admin), { kind: "unlink", model: "sale.order", ids: [id] });
      assert.equal(await lookUp(client, nameOf(one)), undefined);
      assert.notEqual(await applied(one), id);
    });
  });

  describe("once", () => {
    it("eight at the same time make one order", async () => {
      const one = plan();
      const results = await Promise.all(Array.from({ length: 8 }, () => applyPlans(connect(), [one])));
      // Whoever lost all its tries is told so, and would come again.
      for (const [result] of results) if (!result!.ok) assert.equal(result!.failure.class, "conflict");
      assert.ok(results.some(([result]) => result!.ok));
      assert.equal(await countOrders(nameOf(one)), 1);
      await applied(one);
      assert.equal(await countOrders(nameOf(one)), 1);
    });

    it("a client killed after it sent: the order is there, and found again", async () => {
      const partner = fresh("p");
      const id = fresh("killed");
      await load("res.partner", ["id", "name"], [[partner, partner]]);
      const fields = [
        "id",
        "client_order_ref",
        "partner_id/id",
        "order_line/id",
        "order_line/product_id/.id",
        "order_line/name",
      ];
      const row = [id, id, partner, `${id}_l`, String(product), "Line"];
      await sendAndDie(await loadRequest("sale.order", fields, [row]));
      for (let tries = 0; tries < 50 && !(await lookUp(client, id)); tries++)
        await new Promise((wake) => setTimeout(wake, 100));
      const found = await lookUp(client, id);
      assert.ok(found, "Odoo finished what it had begun");
      assert.deepEqual((await load("sale.order", fields, [row])).ids, [found.id]);
      assert.equal(await countOrders(id), 1);
    });

    it("a confirmed order is left alone by a replay", async () => {
      const one = plan({ lines: [{ price: "10.00" }], total: "10.00" });
      const id = await applied(one);
      await operate(client, { kind: "method", model: "sale.order", method: "action_confirm", ids: [id] });
      const before = await readOrder(id, ["state", "date_order", "order_line"]);
      assert.equal(before.state, "sale");
      assert.equal(await applied(one), id);
      assert.deepEqual(await readOrder(id, ["state", "date_order", "order_line"]), before);
    });
  });

  describe("totals", () => {
    it("taxes on top are rounded line by line, or once, as the company is set", async () => {
      const cents = { price: "0.10", tax: taxes.excluded };
      const each = rounding === "round_per_line";
      await applied(
        plan({ lines: [cents, cents, cents], total: each ? "0.33" : "0.32", tax: each ? "0.03" : "0.02" }),
      );
      await applied(
        plan({ lines: [{ price: "8.49", quantity: "7", tax: taxes.excluded }], total: "64.33", tax: "4.90" }),
      );
    });

    it("taxes within the price are taken out of it", async () => {
      await applied(
        plan({ lines: [{ price: "9.99", quantity: "3", tax: taxes.included }], total: "29.97", tax: "4.79" }),
      );
      await applied(plan({ lines: [{ price: "11.90", tax: taxes.included }], total: "11.90", tax: "1.90" }));
    });

    it("a cent off is refused with both numbers", async () => {
      const one = plan({ lines: [{ price: "10.00", tax: taxes.excluded }], total: "10.82", tax: "0.82" });
      const failure = failureIn((await applyPlans(client, [one]))[0]);
      assert.equal(failure.code, "total_mismatch");
      assert.match(failure.message, /Shopify says 10\.82 USD, Odoo 10\.83 USD/);
    });
  });

  describe("versions and steps", () => {
    const versioned = (id: string, at: string, price: string): ImportPlan => {
      const one = plan({ lines: [{ price }], total: price });
      const order = one.records[1]!;
      order.externalId = id;
      order.write = "always";
      order.values.origin = `Shopify #${id} (${at})`;
      order.children!.order_line![0]!.externalId = `${id}_l`;
      one.totals!.externalId = id;
      return { ...one, version: { externalId: id, at } };
    };

    it("a later version changes the order, an earlier one is skipped", async () => {
      const id = fresh("order");
      await applied(versioned(id, "2026-11-24T10:00:00Z", "10.00"));
      const made = await applied(versioned(id, "2026-11-24T12:00:00Z", "12.00"));
      const [stale] = await applyPlans(client, [versioned(id, "2026-11-24T11:00:00Z", "11.00")]);
      assert.equal(stale?.ok && stale.skipped, "stale");
      assert.equal((await readOrder(made, ["amount_total"])).amount_total, 12);
    });

    it("a cent within the limit becomes a line of its own, once", async () => {
      const one = plan({ lines: [{ price: "10.00" }], total: "10.01" });
      const [line] = one.records[1]!.children!.order_line!;
      const { price_unit: _price, ...values } = line!.values;
      one.totals!.adjustment = {
        upTo: "0.02",
        field: "order_line",
        line: { model: line!.model, externalId: fresh("adjustment"), values },
      };
      await applied(one);
      const id = await applied(one);
      const order = await readOrder(id, ["amount_total", "order_line"]);
      assert.deepEqual([order.amount_total, (order.order_line as number[]).length], [10.01, 2]);
    });

    it("confirming keeps the order date, and cancelling a confirmed order cancels it; both once", async () => {
      const one = plan();
      one.steps = [{ kind: "confirm", order: nameOf(one) }];
      await applied(one);
      const id = await applied(one);
      assert.deepEqual(await readOrder(id, ["state", "date_order"]), {
        id,
        state: "sale",
        date_order: "2026-03-04 10:00:00",
      });
      for (let round = 0; round < 2; round++)
        await applyPlans(client, [{ ...one, steps: [{ kind: "cancel", order: nameOf(one) }] }]);
      assert.equal((await readOrder(id, ["state"])).state, "cancel");
    });
  });

  describe("forty orders, two of them bad", () => {
    it("thirty-eight are written, the two say why", async () => {
      const plans = Array.from({ length: 40 }, () =>
        plan({ lines: [{ price: "1.00" }, { price: "2.00" }], total: "3.00" }),
      );
      plans[7] = plan({ lines: [{ price: "abc" }] });
      plans[23] = plan({ customer: null });
      const results = await applyPlans(client, plans);
      assert.deepEqual(
        results.flatMap((result, index) => (result.ok ? [] : [index])),
        [7, 23],
      );
      assert.match(failureIn(results[7]).message, new RegExp(`^Order ${plans[7]!.reference}: .*abc.*number`));
      assert.match(failureIn(results[23]).message, /require a name/);
      const again = await applyPlans(client, plans);
      assert.deepEqual(
        again.map((result) => result.ok && result.ids),
        results.map((result) => result.ok && result.ids),
      );
    });

    it("a product code that two products have is refused", async function () {
      if (!server.admin) return this.skip();
      const code = fresh("sku");
      const admin = connect(server.admin);
      await operate(admin, {
        kind: "create",
        model: "product.product",
        values: [1, 2].map((n) => ({ name: `${code} ${n}`, default_code: code })),
      });
      const one = plan();
      one.records[1]!.children!.order_line![0]!.values.product_id = {
        find: { model: "product.product", where: { default_code: code } },
      };
      const failure = failureIn((await applyPlans(client, [one]))[0]);
      assert.deepEqual([failure.class, failure.code], ["rejected", "reference_ambiguous"]);
    });

    it("an archived product is not found; an order that has it already is fine", async function () {
      if (!server.admin) return this.skip();
      const code = fresh("sku");
      const admin = connect(server.admin);
      const [id] = (await operate(admin, {
        kind: "create",
        model: "product.product",
        values: { name: code, default_code: code },
      })) as number[];
      const ordering = () => {
        const one = plan();
        one.records[1]!.children!.order_line![0]!.values.product_id = {
          find: { model: "product.product", where: { default_code: code } },
        };
        return one;
      };
      const first = ordering();
      const order = await applied(first);
      await operate(admin, {
        kind: "write",
        model: "product.product",
        ids: [id!],
        values: { active: false },
      });
      const results = await applyPlans(connect(), [first, ordering()]);
      const [replayed, second] = results;
      assert.equal(replayed?.ok && replayed.ids[nameOf(first)], order);
      assert.equal(failureIn(second).code, "reference_not_found");
    });
  });
}

/** Sends a request and breaks the connection as soon as all is out. */
async function sendAndDie(what: Request): Promise<void> {
  const body = await what.text();
  const outgoing = request(what.url, {
    method: what.method,
    headers: { ...Object.fromEntries(what.headers), "content-length": Buffer.byteLength(body) },
  });
  outgoing.on("error", () => {});
  await new Promise<void>((resolve) => outgoing.end(body, () => resolve()));
  await new Promise((wake) => setTimeout(wake, 15));
  outgoing.destroy();
}
