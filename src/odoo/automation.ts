import { type Failure, failureOf, type HoldfastError } from "../failure.ts";
import { isJsonObject } from "../json.ts";
import { createOdooClient, type OdooClient } from "./client.ts";
import { refusal } from "./run.ts";

/** What an automation rule told; a hint and no more: it carries no signature. */
export interface PushHint {
  products: number[];
  pickings: number[];
}

/** Who is pushed to. */
export interface PushTarget {
  /** Where Odoo sends to; secret. */
  url: string;
  /** Tells rules of several listeners apart; the same for the same one. */
  listener: string;
}

export interface PushSetup {
  /** Names of the rules that stand now. */
  rules: string[];
}

interface Rule {
  model: string;
  name: string;
  /** What sets it off. */
  watched: string[];
  /** What it tells. */
  told: string[];
}

/** Every change of stock touches a quant; a delivery that is validated or gets a number is its picking. */
const rules: readonly Rule[] = [
  {
    model: "stock.quant",
    name: "Holdfast: stock changes",
    watched: ["quantity", "reserved_quantity"],
    told: ["product_id", "location_id"],
  },
  {
    model: "stock.picking",
    name: "Holdfast: deliveries",
    watched: ["state", "carrier_tracking_ref"],
    told: ["state"],
  },
];

/** The first version with a webhook action. */
const firstMajor = 17;

/**
 * Makes, or brings up to date, the automation rules that push stock changes to an address. Doing it twice is doing it once.
 * @throws HoldfastError which version, app or right is missing.
 */
export async function setUpPush(client: OdooClient, { url, listener }: PushTarget): Promise<PushSetup> {
  if (!/^https?:\/\/[^\s/]+\/\S+$/.test(url))
    throw refusal(
      "rejected",
      "bad_push_address",
      "The address that Odoo shall push to is not a web address.",
      "Give the address under which Odoo reaches this flow, like https://flows.example.com.",
    );
  const { major, full } = await client.version();
  if (major < firstMajor)
    throw refusal(
      "rejected",
      "push_not_possible",
      `Odoo ${full} has no webhook action: it came with Odoo ${firstMajor}.`,
      "Nothing is lost: Odoo is asked for changes instead, every few seconds.",
    );
  await requireApp(client);
  const own = rules.map((rule) => ({ ...rule, name: `${rule.name} (${listener})` }));
  for (const rule of own) await ensureRule(client, rule, url);
  return { rules: own.map(({ name }) => name) };
}

/** As an administrator whose login is typed for this once; nothing of it is kept. @throws HoldfastError */
export async function setUpPushAs(
  server: { url: string; db: string; login: string; password: string },
  target: PushTarget,
): Promise<PushSetup> {
  // A password opens XML-RPC alone; an API key opens it too.
  const client = createOdooClient({ ...server, apiKey: server.password, transport: "xmlrpc" });
  try {
    return await setUpPush(client, target);
  } finally {
    client.close();
  }
}

/** Reads what a rule posted; null when it is nothing of ours. */
export function readPush(body: string): PushHint | null {
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isJsonObject(read)) return null;
  const product = idOf(read.product_id);
  const record = idOf(read._id);
  if (read._model === "stock.quant" && product !== null) return { products: [product], pickings: [] };
  if (read._model === "stock.picking" && record !== null) return { products: [], pickings: [record] };
  return null;
}

async function requireApp(client: OdooClient): Promise<void> {
  try {
    await client.call("base.automation", "search_count", { args: { domain: [] } });
  } catch (error) {
    const { login } = client.asked;
    const { code } = failureOf(error, "odoo");
    if (code === "unknown_model")
      throw refusal(
        "rejected",
        "automation_missing",
        "Automation rules are not installed in this Odoo.",
        'An administrator installs them under Apps: remove the filter "Apps", search "Automation Rules" (base_automation), then press again.',
      );
    if (code === "access_denied") throw notAllowed(login, failureOf(error, "odoo"));
    throw error;
  }
}

async function ensureRule(client: OdooClient, rule: Rule, url: string): Promise<void> {
  try {
    const model = await idFor(client, "ir.model", [["model", "=", rule.model]]);
    const fields = await fieldIds(client, rule);
    const values = {
      name: rule.name,
      model_id: model,
      active: true,
      trigger: "on_create_or_write",
      trigger_field_ids: [[6, 0, rule.watched.flatMap((name) => fields.get(name) ?? [])]],
    };
    const action = {
      name: rule.name,
      model_id: model,
      state: "webhook",
      webhook_url: url,
      webhook_field_ids: [[6, 0, rule.told.flatMap((name) => fields.get(name) ?? [])]],
    };
    const [known] = (await client.call("base.automation", "search_read", {
      args: { domain: [["name", "=", rule.name]], fields: ["action_server_ids"], order: "id", limit: 1 },
      context: { active_test: false },
    })) as { id: number; action_server_ids: number[] }[];
    if (!known) {
      await client.call("base.automation", "create", {
        args: { vals_list: [{ ...values, action_server_ids: [[0, 0, action]] }] },
      });
      return;
    }
    await client.call("base.automation", "write", {
      ids: [known.id],
      args: {
        vals: {
          ...values,
          action_server_ids: [
            [5, 0, 0],
            [0, 0, action],
          ],
        },
      },
    });
  } catch (error) {
    const failure = failureOf(error, "odoo");
    if (failure.code === "access_denied") throw notAllowed(client.asked.login, failure);
    throw error;
  }
}

async function idFor(client: OdooClient, model: string, domain: unknown[]): Promise<number> {
  const rows = (await client.call(model, "search_read", {
    args: { domain, fields: ["id"], limit: 1 },
  })) as { id: number }[];
  if (rows[0]) return rows[0].id;
  throw refusal(
    "rejected",
    "app_missing",
    `This Odoo has no ${JSON.stringify(domain)}.`,
    "Install the app Inventory in Odoo, then press again.",
  );
}

async function fieldIds(client: OdooClient, { model, watched, told }: Rule): Promise<Map<string, number>> {
  const rows = (await client.call("ir.model.fields", "search_read", {
    args: {
      domain: [
        ["model", "=", model],
        ["name", "in", [...watched, ...told]],
      ],
      fields: ["name"],
    },
  })) as { id: number; name: string }[];
  return new Map(rows.map(({ id, name }) => [name, id]));
}

function notAllowed(login: string, failure: Failure): HoldfastError {
  return refusal(
    "rejected",
    "automation_not_allowed",
    `${login} may not make automation rules in Odoo.`,
    `Give the login of an administrator (Administration: Settings) for this once. Odoo says: ${failure.message}`,
  );
}

function idOf(value: unknown): number | null {
  const id = Array.isArray(value) ? value[0] : value;
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : null;
}
