import { failureOf } from "../failure.ts";
import { inChunks } from "../group.ts";
import { stockCursor } from "./stock-cursor.ts";
import { deliveryReader, type OdooDelivery } from "./stock-deliveries.ts";
import { stockPlaces } from "./stock-places.ts";
import {
  type Counted,
  type CountedProduct,
  countedAmong,
  countedNamed,
  readCountedProducts,
} from "./stock-products.ts";
import { stockReader } from "./stock-quantities.ts";
import type { StockCause, StockWatch, StockWatchOptions, StockWatchState } from "./stock-watch-options.ts";

/** Odoo 17 and 18 push before they commit; and one delivery is four pushes. */
const debounceMs = 300;
const readAgainAfterMs = 2_500;
/** While Odoo pushes, it is asked only to be sure. */
const calmFactor = 20;
const firstRetryMs = 1_000;
const lastRetryMs = 30_000;
const chunkSize = 200;
/** Deliveries so old are looked at again by a compare. */
const deliveriesBackMs = 7 * 86_400_000;

/** Hears of stock changes and reads the truth, until it is stopped; whatever fails is tried again and lost by nobody. */
export function watchStock(options: StockWatchOptions): StockWatch {
  const { client, measure, prefix, skuField } = options;
  const stock = stockReader(client, { measure, prefix });
  const places = stockPlaces(client);
  // What is planned to come and to go touches no quant, so no rule of Odoo pushes it.
  const calm = measure === "forecast" ? 1 : calmFactor;
  const deliveries = deliveryReader(client, { prefix });
  const cursor = stockCursor(client);
  const toRead = new Map<number, StockCause>();
  const toLook = new Set<number>();
  const toFind = new Set<string>();
  const pushedLately = new Map<number, number>();
  const toldDeliveries = new Set<string>();
  let stopped = false;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  const timers = new Set<NodeJS.Timeout>();
  let askAt = 0;
  let compareAt = 0;
  let workAt = Number.POSITIVE_INFINITY;
  let retryMs = 0;
  let placed = false;
  let pushWorks = false;
  const state: StockWatchState = {
    hears: "cursor",
    comparing: false,
    lastChangeAt: null,
    compared: null,
    trouble: null,
    unusable: [],
  };

  const show = (changes: Partial<StockWatchState>): void => {
    Object.assign(state, changes);
    if (!stopped) options.onState({ ...state });
  };

  function later(ms: number, work: () => void): void {
    const one = setTimeout(() => {
      timers.delete(one);
      if (!stopped) work();
    }, ms);
    timers.add(one);
  }

  function want(products: readonly number[], cause: StockCause): void {
    // Who asks wants to be told whatever was told before.
    for (const id of products) if (toRead.get(id) !== "asked") toRead.set(id, cause);
    if (products.length > 0) workAt = Math.min(workAt, Date.now() + (cause === "push" ? debounceMs : 0));
    schedule();
  }

  function schedule(): void {
    if (stopped || running) return;
    clearTimeout(timer);
    const due = retryMs > 0 ? Date.now() + retryMs : Math.min(workAt, askAt, compareAt);
    timer = setTimeout(
      () => {
        running = round().finally(() => {
          running = null;
          schedule();
        });
      },
      Math.max(0, due - Date.now()),
    );
  }

  async function round(): Promise<void> {
    try {
      const now = Date.now();
      if (!placed || askAt <= now) await ask();
      await readWanted();
      if (compareAt <= now) await compareAll();
      retryMs = 0;
      if (state.trouble) show({ trouble: null });
    } catch (thrown) {
      retryMs = Math.min(lastRetryMs, Math.max(firstRetryMs, retryMs * 2));
      show({ trouble: failureOf(thrown, "odoo"), comparing: false });
    }
  }

  async function ask(): Promise<void> {
    const found = await cursor.next();
    placed = true;
    for (const id of found.products) if (!toRead.has(id)) toRead.set(id, "cursor");
    for (const id of found.pickings) toLook.add(id);
    judgePush(found.moved);
    askAt = Date.now() + options.askEveryMs * (pushWorks ? calm : 1);
  }

  /** A change that the cursor sees and nobody pushed: the rule in Odoo is gone, or can't reach us. */
  function judgePush(products: readonly number[]): void {
    if (pushWorks && products.some((id) => !pushedLately.has(id))) pushWorks = false;
    const old = Date.now() - 3 * options.askEveryMs * calmFactor;
    for (const [id, at] of pushedLately) if (at < old) pushedLately.delete(id);
    const hears = pushWorks ? "push" : "cursor";
    if (hears !== state.hears) show({ hears });
  }

  async function readWanted(): Promise<void> {
    workAt = Number.POSITIVE_INFINITY;
    // Deliveries need no location table: they go first, and on while that one is wrong.
    await lookAt([...toLook]);
    for (const skus of inChunks([...toFind], chunkSize)) {
      for (const { productId } of await countedNamed(client, skuField, skus)) toRead.set(productId, "asked");
      for (const sku of skus) toFind.delete(sku);
    }
    for (const ids of inChunks([...toRead.keys()], chunkSize)) {
      const causes = new Map(ids.map((id) => [id, toRead.get(id)!]));
      for (const id of ids) toRead.delete(id);
      try {
        const products = await countedAmong(client, skuField, ids);
        for (const cause of ["asked", "push", "cursor"] as const)
          await tellStock(
            products.filter(({ productId }) => causes.get(productId) === cause),
            cause,
          );
      } catch (error) {
        for (const [id, cause] of causes) if (!toRead.has(id)) toRead.set(id, cause);
        throw error;
      }
    }
  }

  async function tellStock(products: CountedProduct[], cause: StockCause): Promise<void> {
    if (products.length === 0 || stopped) return;
    const all = options.locations();
    const unusable = await places.unusable(all);
    const held = await stock.read(
      products.map(({ productId }) => productId),
      all.filter((id) => !unusable.has(id)),
    );
    if (stopped) return;
    options.onStock({ cause, products, held, unusable: new Set(unusable.keys()) });
    state.unusable = [...unusable.values()];
    if (cause !== "compare") show({ lastChangeAt: Date.now() });
  }

  async function lookAt(pickings: readonly number[]): Promise<void> {
    if (!options.deliveries) return toLook.clear();
    for (const ids of inChunks(pickings, chunkSize)) {
      const all = await deliveries.read(ids);
      const fresh = all.filter((one) => !toldDeliveries.has(stateOf(one)));
      if (stopped) return;
      if (fresh.length > 0) options.onDeliveries(fresh);
      if (toldDeliveries.size > 20_000) toldDeliveries.clear();
      for (const one of fresh) toldDeliveries.add(stateOf(one));
      for (const id of ids) toLook.delete(id);
    }
  }

  async function compareAll(): Promise<void> {
    show({ comparing: true });
    places.forget();
    // Stock first, for it is what may be sold twice; deliveries also where the table of locations is wrong.
    const stockTold = compareStock();
    await stockTold.catch(() => {});
    await compareDeliveries();
    const told = await stockTold;
    if (stopped || told === null) return;
    const { products, uncounted } = told;
    compareAt = Date.now() + options.compareEveryMs;
    const compared = { at: Date.now(), products: products.length, uncounted, unusable: state.unusable };
    show({ comparing: false, compared });
    options.onCompared(compared);
  }

  /** @returns null when it was stopped. */
  async function compareStock(): Promise<Counted | null> {
    const counted = await readCountedProducts(client, skuField);
    for (const chunk of inChunks(counted.products, chunkSize)) {
      await tellStock(chunk, "compare");
      if (!(await meanwhile())) return null;
    }
    return counted;
  }

  async function compareDeliveries(): Promise<void> {
    if (!options.deliveries) return;
    const since = new Date(Date.now() - deliveriesBackMs).toISOString().slice(0, 19).replace("T", " ");
    for (const ids of inChunks(await deliveries.doneSince(since), chunkSize)) {
      await lookAt(ids);
      if (!(await meanwhile())) return;
    }
  }

  /** What changes while it compares does not wait for the end of it. @returns false when it was stopped. */
  async function meanwhile(): Promise<boolean> {
    if (askAt <= Date.now()) await ask();
    await readWanted();
    return !stopped;
  }

  schedule();
  return {
    pushed({ products, pickings }) {
      if (stopped) return;
      const now = Date.now();
      for (const id of products) pushedLately.set(id, now);
      for (const id of pickings) toLook.add(id);
      if (!pushWorks) {
        pushWorks = true;
        show({ hears: "push" });
      }
      const again = (): void => {
        for (const id of pickings) toLook.add(id);
        want(products, "push");
        workAt = Math.min(workAt, Date.now() + debounceMs);
        schedule();
      };
      again();
      later(readAgainAfterMs, again);
    },
    tell({ products = [], skus = [] }) {
      if (stopped) return;
      for (const sku of skus) toFind.add(sku);
      if (skus.length > 0) workAt = Math.min(workAt, Date.now());
      want(products, "asked");
    },
    compare() {
      compareAt = 0;
      schedule();
    },
    state: () => ({ ...state }),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      for (const one of timers) clearTimeout(one);
      await running;
    },
  };
}

/** Odoo's dates are whole seconds: a delivery that got its number, or came back, in the second it was validated has changed. */
function stateOf({ pickingId, changedAt, tracking, takenBack }: OdooDelivery): string {
  return [pickingId, changedAt, takenBack, ...(tracking?.numbers ?? [])].join(" ");
}
