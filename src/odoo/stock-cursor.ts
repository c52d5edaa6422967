import type { OdooClient } from "./client.ts";

/** What changed since the last look. */
export interface StockChanges {
  products: number[];
  /** Those of them whose quantity or reservation changed, which a push tells too. */
  moved: number[];
  /** Outgoing pickings of sale orders that are done. */
  pickings: number[];
}

export interface StockCursor {
  /**
   * What was written since the last look, and what was committed late behind it. The first look only takes its place.
   * When it throws, the next one sees the same again.
   * @throws HoldfastError
   */
  next(): Promise<StockChanges>;
}

/** write_date is when a transaction began; one may last so long and still be seen. */
const lookBackSeconds = 300;
const pageSize = 1000;

const sources: readonly { model: string; of: "products" | "pickings"; domain: unknown[] }[] = [
  // A quant that ran empty may be gone, a move stays; a reservation that was given back leaves only a quant.
  { model: "stock.move.line", of: "products", domain: [] },
  { model: "stock.move", of: "products", domain: [] },
  { model: "stock.quant", of: "products", domain: [] },
  {
    model: "stock.picking",
    of: "pickings",
    domain: [
      ["state", "=", "done"],
      ["sale_id", "!=", false],
    ],
  },
];

/** Follows Odoo's stock by its own clock: the latest write it has seen is its place. */
export function stockCursor(client: OdooClient): StockCursor {
  let position: string | null = null;
  let seen = new Set<string>();
  /** Two writes in one second look alike, so what changed is told once more. */
  let again = new Set<number>();
  let pickingsAgain = new Set<number>();

  async function latest(): Promise<string> {
    const dates = await Promise.all(
      sources.map(async ({ model }) => {
        const rows = (await client.call(model, "search_read", {
          args: { domain: [], fields: ["write_date"], order: "write_date desc, id desc", limit: 1 },
        })) as { write_date: string }[];
        return rows[0]?.write_date ?? "";
      }),
    );
    return dates.reduce((one, other) => (one > other ? one : other)) || "2000-01-01 00:00:00";
  }

  return {
    async next() {
      const first = position === null;
      const from = position ?? (await latest());
      const now = new Set<string>();
      const touched = new Set<number>();
      const moved = new Set<number>();
      const pickings = new Set<number>();
      let last = from;
      for (const { model, of, domain } of sources)
        for (const { id, write_date, product_id, state } of await writtenSince(
          client,
          model,
          domain,
          earlier(from),
          of,
        )) {
          const key = `${model},${id},${write_date}`;
          now.add(key);
          if (write_date > last) last = write_date;
          if (first || seen.has(key)) continue;
          if (of === "pickings") pickings.add(id);
          else if (product_id) touched.add(product_id[0]);
          const moves = model === "stock.quant" || (model === "stock.move" && state === "done");
          if (moves && product_id) moved.add(product_id[0]);
        }
      const products = new Set([...touched, ...again]);
      position = last;
      seen = now;
      again = touched;
      const told = new Set([...pickings, ...pickingsAgain]);
      pickingsAgain = pickings;
      return { products: [...products], moved: [...moved], pickings: [...told] };
    },
  };
}

interface Written {
  id: number;
  write_date: string;
  product_id?: [number, string] | false;
  state?: string;
}

async function writtenSince(
  client: OdooClient,
  model: string,
  domain: unknown[],
  from: string,
  of: "products" | "pickings",
): Promise<Written[]> {
  const all: Written[] = [];
  for (;;) {
    const page = (await client.call(model, "search_read", {
      args: {
        domain: [["write_date", ">=", from], ...domain],
        fields: [
          "write_date",
          ...(of === "products" ? ["product_id"] : []),
          ...(model === "stock.move" ? ["state"] : []),
        ],
        order: "write_date, id",
        limit: pageSize,
        offset: all.length,
      },
    })) as Written[];
    all.push(...page);
    if (page.length < pageSize) return all;
  }
}

/** "2026-11-24 10:00:00", UTC, some minutes before. */
function earlier(date: string): string {
  const at = Date.parse(`${date.replace(" ", "T")}Z`) - lookBackSeconds * 1000;
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}
