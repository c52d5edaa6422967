import type { Call } from "./call.ts";
import { now } from "./conventions.ts";
import type { Row } from "./database.ts";
import { cancelDeliveries, planDelivery, validatePicking } from "./deliveries.ts";
import { matching } from "./domain.ts";
import {
  accessError,
  CheckFailed,
  MissingValue,
  missingError,
  userError,
  validationError,
  valueError,
} from "./errors.ts";
import { type Field, isRelational, type Values } from "./fields.ts";
import { applyInventory } from "./goods.ts";
import { load, missingText } from "./load.ts";
import { createRecord, unlinkRecords, writeRecords } from "./records.ts";
import { hasRight, isSalesperson, requireRight } from "./rights.ts";
import { named, readRows, searchRows } from "./search.ts";

/** A public method of a model: its Python parameters in order, and what it does. */
export interface Method {
  /** Not on records: `@api.model`. */
  onModel: boolean;
  required: string[];
  optional: string[];
  /** Writes, so faults about commits concern it. */
  writes: boolean;
  run(call: Call, model: string, ids: number[], params: Record<string, unknown>): unknown;
}

type Run = Method["run"];
const onModel = (required: string[], optional: string[], run: Run, writes = false): Method => {
  return { onModel: true, required, optional, writes, run };
};
const onRecords = (required: string[], optional: string[], run: Run, writes = false): Method => {
  return { onModel: false, required, optional, writes, run };
};

// Signatures as in odoo/orm/models.py, 19.0.
const everyModel: Record<string, Method> = {
  search: onModel(["domain"], ["offset", "limit", "order"], (call, model, _ids, { domain, ...page }) =>
    searchRows(call, model, domain, page).map((row) => row.id),
  ),
  search_count: onModel(["domain"], ["limit"], (call, model, _ids, { domain, limit }) => {
    const { length } = searchRows(call, model, domain, { order: "id" });
    return limit ? Math.min(length, Number(limit)) : length;
  }),
  search_read: onModel([], ["domain", "fields", "offset", "limit", "order"], (call, model, _ids, params) => {
    const { domain, fields, ...page } = params;
    return readRows(call, model, searchRows(call, model, domain, page), fields);
  }),
  name_search: onModel([], ["name", "domain", "operator", "limit"], (call, model, _ids, params) => {
    const { db } = call;
    const name = String(params.name ?? "");
    const allowed = matching(db, model, params.domain ?? []);
    const ids =
      params.operator === "="
        ? named(db, model, name)
        : searchRows(call, model, [[db.model(model).nameFields[0]!, "ilike", name]]).map((row) => row.id);
    return ids
      .filter((id) => allowed.has(id))
      .slice(0, Number(params.limit ?? 100))
      .map((id) => [id, db.displayName(model, id)]);
  }),
  fields_get: onModel([], ["allfields", "attributes"], (call, model, _ids, { allfields, attributes }) => {
    const fields = Object.entries(call.db.model(model).fields);
    const chosen = Array.isArray(allfields) && allfields.length > 0 ? new Set(allfields) : undefined;
    return Object.fromEntries(
      fields
        .filter(([name]) => !chosen || chosen.has(name))
        .map(([name, field]) => [name, describe(name, field, attributes)]),
    );
  }),
  default_get: onModel(["fields"], [], (call, model, _ids, { fields }) =>
    Object.fromEntries(
      (fields as string[]).flatMap((name) => {
        const initial = call.db.field(model, name)?.initial?.(call.db, {});
        return initial === undefined ? [] : [[name, initial]];
      }),
    ),
  ),
  has_access: onRecords(["operation"], [], (call, model, _ids, { operation }) =>
    hasRight(call, model, String(operation)),
  ),
  check_access_rights: onModel(["operation"], ["raise_exception"], (call, model, _ids, { operation }) =>
    hasRight(call, model, String(operation)),
  ),
  read: onRecords([], ["fields", "load"], (call, model, ids, { fields, load: mode }) => {
    const rows = ids.flatMap((id) => call.db.row(model, id) ?? []);
    return readRows(call, model, rows, fields, mode === undefined || mode === "_classic_read");
  }),
  // A user without rights on ir.model.data reads its records' external ids here.
  get_metadata: onRecords([], [], (call, model, ids) =>
    ids.map((id) => {
      const xmlid = call.db.externalIdFor(model, id) ?? false;
      return { id, xmlid, xmlids: xmlid ? [{ xmlid, noupdate: true }] : [] };
    }),
  ),
  exists: onRecords([], [], (call, model, ids) => ids.filter((id) => call.db.row(model, id))),
  load: onModel(
    ["fields", "data"],
    [],
    (call, model, _ids, { fields, data }) => load(call, model, fields as string[], data as unknown[][]),
    true,
  ),
  create: onModel(
    ["vals_list"],
    [],
    (call, model, _ids, { vals_list: given }) => {
      const list = (Array.isArray(given) ? given : [given]) as Values[];
      return list.map((values) => tellingBroken(call, () => createRecord(call, model, values).id));
    },
    true,
  ),
  write: onRecords(
    ["vals"],
    [],
    (call, model, ids, { vals }) => {
      tellingBroken(call, () => writeRecords(call, model, ids, vals as Values));
      return true;
    },
    true,
  ),
  unlink: onRecords(
    [],
    [],
    (call, model, ids) => {
      unlinkRecords(call, model, ids);
      return true;
    },
    true,
  ),
};

// addons/sale/models/sale_order.py; what differs between versions: facts/shopify-odoo.md §5.
const saleOrder: Record<string, Method> = {
  action_confirm: onRecords([], [], (call, _model, ids) => confirm(call, orders(call, ids)), true),
  action_cancel: onRecords([], [], (call, _model, ids) => cancel(call, orders(call, ids)), true),
  action_draft: onRecords(
    [],
    [],
    (call, _model, ids) => {
      const cancelled = orders(call, ids).filter((order) => order.state === "cancel");
      for (const order of cancelled) call.db.set("sale.order", order.id, "state", "draft");
      return true;
    },
    true,
  ),
  // Both answer None: null in JSON-2, a fault after the commit in XML-RPC.
  action_lock: onRecords([], [], (call, _model, ids) => lock(call, orders(call, ids), true), true),
  action_unlock: onRecords([], [], (call, _model, ids) => lock(call, orders(call, ids), false), true),
};

const byModel: Record<string, Record<string, Method>> = {
  "sale.order": saleOrder,
  "res.users": {
    // No group that is asked for is an ordinary salesperson's.
    has_group: onModel(["group_ext_id"], [], (call) => !isSalesperson(call)),
    context_get: onModel([], [], (call) => {
      const user = call.db.row("res.users", call.uid)!;
      return { lang: user.lang, tz: user.tz, uid: call.uid };
    }),
  },
  "stock.picking": {
    button_validate: onRecords(
      [],
      [],
      (call, _model, ids) => {
        for (const id of ids) validatePicking(call, call.db.row("stock.picking", id)!);
        return true;
      },
      true,
    ),
  },
  "stock.quant": {
    action_apply_inventory: onRecords([], [], (call, _model, ids) => applyInventory(call, ids) ?? null, true),
  },
  "ir.model.data": {
    check_object_reference: onModel(
      ["module", "xml_id"],
      ["raise_on_access_error"],
      (call, _model, _ids, params) => {
        const key = `${params.module}.${params.xml_id}`;
        const entry = call.db.externalId(key);
        if (!entry) throw valueError(`External ID not found in the system: ${key}`);
        return [entry.model, call.db.row(entry.model, entry.resId) ? entry.resId : false];
      },
    ),
  },
};

/** The method, if the model has it and may be asked for it. */
export function findMethod(call: Call, model: string, name: string): Method | undefined {
  if (name.startsWith("_")) {
    throw accessError(`Private methods (such as '${model}.${name}') cannot be called remotely.`);
  }
  const own = byModel[model]?.[name];
  const method = own ?? everyModel[name];
  if (!method || own) return method;
  const operation = name === "create" || name === "write" || name === "unlink" ? name : "access";
  return {
    ...method,
    run(...args) {
      requireRight(call, model, operation);
      return method.run(...args);
    },
  };
}

function orders(call: Call, ids: number[]): Row[] {
  const missing = ids.filter((id) => !call.db.row("sale.order", id));
  if (missing.length > 0) throw missingError("sale.order", missing, call.uid);
  return ids.map((id) => call.db.row("sale.order", id)!);
}

function confirm(call: Call, confirmed: Row[]): true {
  const { db } = call;
  const { major } = db.settings;
  const refused = confirmed.some((order) =>
    major >= 17
      ? order.state !== "draft" && order.state !== "sent"
      : order.state === "cancel" || order.state === "done",
  );
  if (refused && major >= 17) throw userError("Some orders are not in a state requiring confirmation.");
  if (refused) throw userError("It is not allowed to confirm an order in the following states: cancel, done");
  for (const order of confirmed) {
    db.set("sale.order", order.id, "state", "sale");
    db.set("sale.order", order.id, "date_order", now());
    db.set("sale.order", order.id, "invoice_status", "to invoice");
    planDelivery(call, order);
  }
  return true;
}

/** 16 to 18 answer with a wizard, and nothing is cancelled, unless told to be quiet. */
function cancel(call: Call, cancelled: Row[]): unknown {
  const { db, context } = call;
  const { major } = db.settings;
  const asks = major >= 16 && major <= 18 && cancelled.some((order) => order.state !== "draft");
  if (asks && !context.disable_cancel_warning) {
    return {
      name: "Cancel Sales Order",
      view_mode: "form",
      res_model: "sale.order.cancel",
      type: "ir.actions.act_window",
      context: { default_order_id: cancelled[0]?.id },
      target: "new",
    };
  }
  for (const order of cancelled) {
    cancelDeliveries(call, order);
    db.set("sale.order", order.id, "state", "cancel");
    db.set("sale.order", order.id, "invoice_status", "no");
  }
  return true;
}

/** The state `done` until 16, a flag of its own from 17. */
function lock({ db }: Call, locked: Row[], on: boolean): null {
  for (const order of locked) {
    if (db.settings.major >= 17) db.set("sale.order", order.id, "locked", on);
    else if (order.state === "sale" || order.state === "done")
      db.set("sale.order", order.id, "state", on ? "done" : "sale");
  }
  return null;
}

function tellingBroken<T>(call: Call, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CheckFailed) {
      throw validationError(`The operation cannot be completed: ${error.message}`);
    }
    if (!(error instanceof MissingValue)) throw error;
    const { title, fields } = call.db.model(error.model);
    const field = `'${fields[error.field]!.string}' (${error.field})`;
    throw validationError(
      `The operation cannot be completed: ${missingText(field, `'${title}' (${error.model})`)}`,
    );
  }
}

function describe(name: string, field: Field, attributes: unknown): object {
  const all: Record<string, unknown> = {
    name,
    type: field.type,
    string: field.string,
    required: field.required ?? false,
    readonly: field.readonly ?? field.compute !== undefined,
    store: field.compute === undefined,
    searchable: true,
    sortable: true,
    ...(field.relation !== undefined &&
      isRelational(field) && { relation: field.relation, domain: [], context: {} }),
    ...(field.inverse !== undefined && { relation_field: field.inverse }),
    ...(field.selection && { selection: field.selection }),
  };
  if (!Array.isArray(attributes) || attributes.length === 0) return all;
  return Object.fromEntries(Object.entries(all).filter(([key]) => attributes.includes(key)));
}
