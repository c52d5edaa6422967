import { HoldfastError } from "../../src/failure.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import type { CallParams } from "../../src/odoo/transport.ts";

/** A record as Odoo's `load` takes it out of a table. */
export interface Parsed {
  cells: Record<string, string>;
  children: Record<string, Parsed[]>;
}

/** Reads a table as Odoo does: a row with only one2many cells belongs to the record above. */
export function readTable(
  fields: readonly string[],
  data: readonly string[][],
  oneToMany: ReadonlySet<string>,
): Parsed[] {
  const heads = fields.map((field) => field.split("/")[0]!);
  const isMany = heads.map((head) => oneToMany.has(head));
  const filled = (row: readonly string[], many: boolean) =>
    row.some((cell, i) => isMany[i] === many && cell !== "");
  const records: Parsed[] = [];
  for (let at = 0; at < data.length; ) {
    let end = at + 1;
    while (end < data.length && filled(data[end]!, true) && !filled(data[end]!, false)) end += 1;
    const cells: Record<string, string> = {};
    fields.forEach((field, i) => {
      if (!isMany[i]) cells[field] = data[at]![i]!;
    });
    const children: Record<string, Parsed[]> = {};
    for (const head of new Set(heads.filter((_, i) => isMany[i]))) {
      const columns = heads.flatMap((other, i) => (other === head ? [i] : []));
      const rows = data
        .slice(at, end)
        .map((row) => columns.map((i) => row[i]!))
        .filter((row) => row.some((cell) => cell !== ""));
      children[head] = readTable(
        columns.map((i) => fields[i]!.slice(head.length + 1)),
        rows,
        oneToMany,
      );
    }
    records.push({ cells, children });
    at = end;
  }
  return records;
}

type Messages = { type: string; message: string; record?: number; rows?: { from: number; to: number } }[];

export interface MemoryOdoo extends OdooClient {
  /** "sale.order.load 12", "product.product.search_read" … in the order they came. */
  calls: string[];
  /** Full external id → record. */
  stored: Map<string, { model: string; id: number; record: Parsed }>;
  /** What searches find. */
  rows: Record<string, Record<string, unknown>[]>;
}

export interface Troubles {
  /** Why a record can't be written; undefined when it can. */
  refuse?: (record: Parsed, model: string) => string | undefined;
  /** How `load` tells: the row, always the first row, or no row. */
  blame?: "right" | "first" | "nobody";
  /** Runs before every call; throws what a server might. */
  before?: (model: string, method: string, params: CallParams) => void;
  amounts?: (id: number) => Record<string, unknown>;
  /** The company, when it rounds taxes once for an order. */
  globally?: string;
}

/** As much of Odoo as `applyPlans` needs, in memory; no transport. */
export function memoryOdoo(troubles: Troubles = {}, major = 19): MemoryOdoo {
  const stored: MemoryOdoo["stored"] = new Map();
  let lastId = 0;
  const odoo: MemoryOdoo = {
    calls: [],
    stored,
    rows: {},
    reached: async () => ({ transport: "json2", clockAheadMs: null }),
    maxParallel: 4,
    asked: { origin: "memory", db: "shop", login: "bot", clean: (text) => text },
    version: async () => ({ major, full: `${major}.0` }),
    close() {},
    async call(model, method, params = {}) {
      const { args = {}, context = {} } = params;
      odoo.calls.push(`${model}.${method}${method === "load" ? ` ${(args.data as unknown[]).length}` : ""}`);
      troubles.before?.(model, method, params);
      if (method === "load") return load(model, args as { fields: string[]; data: string[][] }, context);
      if (method === "check_object_reference") return reference(`${args.module}.${args.xml_id}`);
      if (method === "search_read") return search(model, args);
      throw new Error(`${method} is not known here`);
    },
  };

  function load(
    model: string,
    { fields, data }: { fields: string[]; data: string[][] },
    context: Record<string, unknown>,
  ) {
    const records = readTable(fields, data, new Set(["order_line", "child_ids"]));
    const messages: Messages = [];
    const made = new Map<string, { model: string; id: number; record: Parsed }>();
    const ids = records.map((record, index) => {
      const key = `${context.module}.${record.cells.id}`;
      const missing = Object.entries(record.cells)
        .filter(([field, cell]) => field.endsWith("/id") && cell !== "")
        .flatMap(([field, cell]) =>
          cell.split(",").map((one) => [field, one.includes(".") ? one : `${context.module}.${one}`]),
        )
        .find(([, one]) => !stored.has(one!) && !made.has(one!));
      const why = missing
        ? `No matching record found for external id '${missing[1]}' in field '${missing[0]}'`
        : troubles.refuse?.(record, model);
      if (why !== undefined) {
        const said = { type: "error", message: why };
        if (troubles.blame === "nobody") messages.push(said);
        else if (troubles.blame === "first") messages.push({ ...said, record: 0 });
        else messages.push({ ...said, record: index });
        return 0;
      }
      const existing = stored.get(key) ?? made.get(key);
      const one = existing ?? { model, id: ++lastId, record };
      made.set(key, one);
      return one.id;
    });
    if (messages.length > 0) return { ids: false, messages };
    for (const [key, one] of made) stored.set(key, one);
    return { ids, messages };
  }

  function reference(key: string) {
    const found = stored.get(key);
    if (found) return [found.model, found.id];
    throw new HoldfastError({
      class: "dependency",
      code: "external_id_not_found",
      message: key,
      source: "odoo",
    });
  }

  function search(
    model: string,
    { domain, limit }: { domain?: [string, string, unknown][]; limit?: number },
  ) {
    if (model === "res.company") return troubles.globally ? [{ id: 1, name: troubles.globally }] : [];
    if (troubles.amounts && domain?.[0]?.[0] === "id") {
      return (domain[0][2] as number[])
        .filter((id) => id > 0)
        .map((id) => ({ id, display_name: `S${id}`, state: "draft", ...troubles.amounts?.(id) }));
    }
    const rows = (odoo.rows[model] ?? []).filter((row) =>
      domain?.every(([field, operator, value]) =>
        operator === "in" ? (value as unknown[]).includes(row[field]) : row[field] === value,
      ),
    );
    return limit ? rows.slice(0, limit) : rows;
  }
  return odoo;
}
