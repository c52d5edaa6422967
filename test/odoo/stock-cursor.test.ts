import assert from "node:assert/strict";
import type { OdooClient } from "../../src/odoo/client.ts";
import { stockCursor } from "../../src/odoo/stock-cursor.ts";

interface Quant {
  id: number;
  product_id: [number, string];
  write_date: string;
}

/** An Odoo that has quants and nothing else, and answers what the cursor asks. */
function odooWith(quants: Quant[]): OdooClient {
  const call = async (model: string, _method: string, { args }: { args?: Record<string, unknown> } = {}) => {
    if (model !== "stock.quant") return [];
    const from =
      (args!.domain as [string, string, string][]).find(([field]) => field === "write_date")?.[2] ?? "";
    const rows = quants.filter(({ write_date }) => write_date >= from);
    rows.sort((one, other) => one.write_date.localeCompare(other.write_date));
    if (String(args!.order).includes("desc")) rows.reverse();
    return rows.slice(Number(args!.offset ?? 0), Number(args!.offset ?? 0) + Number(args!.limit));
  };
  return { call } as OdooClient;
}
const quant = (id: number, time: string): Quant => ({
  id,
  product_id: [id * 10, ""],
  write_date: `2026-11-24 ${time}`,
});

describe("following Odoo's stock by what was written", () => {
  it("takes its place at the first look, and tells what comes later", async () => {
    const quants = [quant(1, "10:00:00")];
    const cursor = stockCursor(odooWith(quants));
    assert.deepEqual((await cursor.next()).products, []);
    quants.push(quant(2, "10:00:05"));
    assert.deepEqual((await cursor.next()).products, [20]);
  });

  it("sees what was committed late: it is dated when its transaction began, up to five minutes ago", async () => {
    const quants = [quant(1, "10:00:00")];
    const cursor = stockCursor(odooWith(quants));
    await cursor.next();
    quants.push(quant(2, "09:55:01"), quant(3, "09:54:00"));
    assert.deepEqual((await cursor.next()).products, [20]);
  });

  it("tells a product twice, since two writes of one second look alike, and then no more", async () => {
    const quants = [quant(1, "10:00:00")];
    const cursor = stockCursor(odooWith(quants));
    await cursor.next();
    quants.push(quant(2, "10:00:05"));
    const told = [];
    for (let look = 0; look < 4; look++) told.push((await cursor.next()).products);
    assert.deepEqual(told, [[20], [20], [], []]);
  });

  it("reads all of a long list, page by page", async () => {
    const quants = [quant(1, "10:00:00")];
    const cursor = stockCursor(odooWith(quants));
    await cursor.next();
    for (let id = 2; id <= 2_500; id++) quants.push(quant(id, "10:00:30"));
    assert.equal((await cursor.next()).products.length, 2_499);
  });
});
