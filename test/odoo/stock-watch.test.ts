import assert from "node:assert/strict";
import { ask, fillShelves } from "../../sandbox/demo-stock.ts";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { HoldfastError } from "../../src/failure.ts";
import { createOdooClient, type OdooClient } from "../../src/odoo/client.ts";
import { watchStock } from "../../src/odoo/stock-watch.ts";
import type {
  Compared,
  StockReading,
  StockWatch,
  StockWatchOptions,
  StockWatchState,
} from "../../src/odoo/stock-watch-options.ts";
import { eventually } from "../support/eventually.ts";

const tent = "TENT-RIDGE-2";

describe("watching Odoo's stock", () => {
  let odoo: OdooStandIn;
  let client: OdooClient;
  let watch: StockWatch | undefined;
  let readings: StockReading[];
  let states: StockWatchState[];
  let compared: Compared[];

  beforeEach(async () => {
    odoo = await startOdooStandIn();
    client = createOdooClient({ ...odoo, login: odoo.login });
    await fillShelves(odoo);
    [readings, states, compared] = [[], [], []];
  });
  afterEach(async () => {
    await watch?.stop();
    client.close();
    await odoo.close();
  });

  function start(more: Partial<StockWatchOptions> = {}): StockWatch {
    watch = watchStock({
      client,
      measure: "free",
      skuField: "default_code",
      prefix: "",
      locations: () => [5, 14],
      askEveryMs: 60_000,
      compareEveryMs: 3_600_000,
      deliveries: true,
      onStock: (reading) => readings.push(reading),
      onDeliveries: () => {},
      onCompared: (one) => compared.push(one),
      onState: (state) => states.push(state),
      ...more,
    });
    return watch;
  }
  const productId = async (sku: string): Promise<number> => {
    const rows = (await ask(odoo, "product.product/search_read", {
      domain: [["default_code", "=", sku]],
      fields: ["name"],
    })) as { id: number }[];
    return rows[0]!.id;
  };
  const idOf = async (model: string, domain: unknown[]): Promise<number> =>
    ((await ask(odoo, `${model}/search_read`, { domain, fields: ["id"] })) as { id: number }[])[0]!.id;
  async function count(sku: string, location: number, units: number): Promise<void> {
    const ids = (await ask(odoo, "stock.quant/create", {
      vals_list: [{ product_id: await productId(sku), location_id: location, inventory_quantity: units }],
    })) as number[];
    await ask(odoo, "stock.quant/action_apply_inventory", { ids });
  }
  /** What was told last of a product, by location. */
  const last = (sku: string): number[] | undefined => {
    const reading = readings.findLast(({ products }) => products.some((one) => one.sku === sku));
    const id = reading?.products.find((one) => one.sku === sku)?.productId;
    return reading?.held.filter((one) => one.productId === id).map(({ free }) => Number(free));
  };
  const atRest = () => eventually("it has compared", () => compared.length > 0);

  it("compares everything at the start, and tells what is left out", async () => {
    await ask(odoo, "product.product/search_read", { domain: [], fields: [] });
    start();
    await atRest();
    assert.deepEqual(last(tent), [900, 120]);
    assert.ok(compared[0]!.products > 5);
    assert.deepEqual(compared[0]!.uncounted, { kits: 0, withoutSku: 0, doubled: [] });
    assert.ok(readings.every(({ cause }) => cause === "compare"));
  });

  it("finds changes by asking, and reads only the products concerned", async () => {
    start({ askEveryMs: 50 });
    await atRest();
    const before = readings.length;
    await count(tent, 5, 7);
    await eventually("the count is told", () => String(last(tent)) === "7,120");
    assert.deepEqual(
      readings.slice(before).map(({ cause, products }) => [cause, products.map(({ sku }) => sku)])[0],
      ["cursor", [tent]],
    );
  });

  it("reads the truth when Odoo pushes, whatever the push says", async () => {
    const watching = start();
    await atRest();
    await count(tent, 14, 3);
    watching.pushed({ products: [await productId(tent)], pickings: [] });
    await eventually("the count is told", () => String(last(tent)) === "900,3");
    assert.equal(watching.state().hears, "push");
    assert.equal(readings.at(-1)?.cause, "push");
  });

  it("a stock location that Odoo does not have is not taken for an empty one", async () => {
    const customers = await idOf("stock.location", [["usage", "=", "customer"]]);
    start({ locations: () => [5, 8000, customers] });
    await atRest();
    assert.deepEqual(last(tent), [900]);
    assert.deepEqual([...readings[0]!.unusable].sort(), [8000, customers].sort());
    assert.deepEqual(compared[0]!.unusable.map(({ code }) => code).sort(), [
      "stock_location_missing",
      "stock_location_unusable",
    ]);
    assert.match(
      compared[0]!.unusable.find(({ code }) => code === "stock_location_missing")!.message,
      /8000/,
    );
  });

  it("a SKU that two products carry is told of neither, however it is heard of", async () => {
    const watching = start({ askEveryMs: 50 });
    await atRest();
    const twin = (await ask({ ...odoo, apiKey: odoo.admin.apiKey }, "product.product/create", {
      vals_list: [{ name: "Twin", default_code: tent, type: "consu", is_storable: true }],
    })) as number[];
    const before = readings.length;
    watching.pushed({ products: [await productId(tent)], pickings: [] });
    watching.tell({ skus: [tent, "MAT-FEATHER"], products: [twin[0]!] });
    await count("STOVE-EMBER", 5, 4);
    await eventually(
      "the others are told",
      () => last("MAT-FEATHER") && String(last("STOVE-EMBER")) === "4,120",
    );
    const told = readings.slice(before).flatMap(({ products }) => products.map(({ sku }) => sku));
    assert.ok(!told.includes(tent), String(told));
    watching.compare();
    await eventually("a compare names it", () => compared.at(-1)!.uncounted.doubled.includes(tent));
  });

  it("what is forecast is asked for as often as ever, since no rule pushes what is only planned", async () => {
    const watching = start({ measure: "forecast", askEveryMs: 50 });
    await atRest();
    watching.pushed({ products: [await productId("MAT-FEATHER")], pickings: [] });
    await eventually("the push is told", () => readings.at(-1)?.cause === "push");
    const asked = () => odoo.calls("stock.move.search_read");
    const before = asked();
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.ok(asked() - before >= 4, `${asked() - before} times in twelve turns`);
  });

  it("a rule that fell silent is noticed by what the asking finds", async () => {
    // While it is pushed to, it asks twenty times less often: every second here.
    const watching = start({ askEveryMs: 50 });
    await atRest();
    watching.pushed({ products: [await productId("MAT-FEATHER")], pickings: [] });
    assert.equal(watching.state().hears, "push");
    await count(tent, 5, 8);
    await eventually("it asks again", () => watching.state().hears === "cursor");
    await eventually("the count is told", () => String(last(tent)) === "8,120");
  });

  it("tells again what it is asked for, changed or not, by id and by SKU", async () => {
    const watching = start();
    await atRest();
    const before = readings.length;
    watching.tell({ products: [await productId(tent)] });
    watching.tell({ skus: ["MAT-FEATHER"] });
    await eventually("both are told", () => {
      const asked = readings.slice(before).filter(({ cause }) => cause === "asked");
      const skus = asked.flatMap(({ products }) => products.map(({ sku }) => sku));
      return skus.includes(tent) && skus.includes("MAT-FEATHER");
    });
  });

  it("goes on where it was when Odoo comes back, and says meanwhile why nothing is read", async () => {
    const watching = start({ askEveryMs: 50 });
    await atRest();
    odoo.faults.set({ status: 503 });
    await eventually("it says so", () => watching.state().trouble?.class === "unavailable");
    odoo.faults.clear();
    await count(tent, 5, 11);
    await eventually("what was missed is told", () => String(last(tent)) === "11,120");
    assert.equal(watching.state().trouble, null);
  });

  it("waits for a table of locations, and for one that can be used", async () => {
    let right = false;
    const watching = start({
      locations: () => {
        if (right) return [5, 14];
        throw new HoldfastError({
          class: "rejected",
          code: "no_locations",
          message: "No table.",
          source: "flow",
        });
      },
    });
    await eventually("it says so", () => watching.state().trouble?.code === "no_locations");
    assert.equal(readings.length, 0);
    right = true;
    await atRest();
    assert.deepEqual(last(tent), [900, 120]);
  });

  it("a compare tells stock before it looks at old deliveries, and those too where stock can't be told", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const looked: string[] = [];
    const slow: OdooClient = {
      ...client,
      async call(model, method, parameters) {
        const domain = JSON.stringify(parameters?.args ?? {});
        if (model === "stock.picking" && domain.includes("date_done")) {
          looked.push(domain);
          await held;
        }
        return client.call(model, method, parameters);
      },
    };
    start({ client: slow });
    await eventually("deliveries are asked for", () => looked.length > 0);
    assert.deepEqual(last(tent), [900, 120]);
    release();
    await atRest();
    await watch!.stop();

    looked.length = 0;
    const broken = new HoldfastError({
      class: "rejected",
      code: "no_locations",
      message: "",
      source: "flow",
    });
    const watching = start({
      client: slow,
      locations: () => {
        throw broken;
      },
    });
    await eventually("it says so", () => watching.state().trouble?.code === "no_locations");
    assert.ok(looked.length > 0);
  });

  it("says nothing more once it is stopped", async () => {
    const watching = start({ askEveryMs: 20 });
    await atRest();
    watching.pushed({ products: [await productId(tent)], pickings: [] });
    await watching.stop();
    const told = readings.length;
    await count(tent, 5, 1);
    watching.tell({ skus: [tent] });
    const asked = odoo.calls("stock.quant.search_read");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual([readings.length, odoo.calls("stock.quant.search_read")], [told, asked]);
  });
});
