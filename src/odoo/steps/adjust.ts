import type { HoldfastError } from "../../failure.ts";
import { groupBy } from "../../group.ts";
import type { AdjustStep, RecordReference } from "../../import-plan.ts";
import type { OdooClient } from "../client.ts";
import { findAny } from "../known-ids.ts";
import { type Answer, findAll, findKey, judge } from "../references.ts";
import { eachAlone, isOpen, type Run, refusal, warnPlan } from "../run.ts";
import { exact, type OnHand, readOnHand } from "../stock-on-hand.ts";
import { placeNamed, readPlaces } from "../stock-places.ts";
import { fieldName } from "../versions.ts";
import { type Count, type CountedProduct, countAlone, countsFor, countTogether } from "./counts.ts";
import { missing } from "./note.ts";
import type { Job } from "./step.ts";

/** So often a count is made again when something moved meanwhile. */
const mostRounds = 4;

/** A product at a place, and what is to be there. */
interface Counting {
  job: Job<"adjust">;
  product: CountedProduct;
  place: string;
  /** One product at one place has one of these at a time. */
  key: string;
}

/**
 * Counts products at places, many in few calls. What is to be on hand is worked out of what Odoo has set aside right now,
 * and is absolute: doing it twice is doing it once.
 */
export async function adjust(run: Run, jobs: readonly Job<"adjust">[]): Promise<void> {
  let left = await countings(run, jobs);
  while (left.length > 0) {
    const first = [...new Map(left.toReversed().map((one) => [one.key, one])).values()].reverse();
    left = left.filter((one) => !first.includes(one));
    await alone(
      run.client,
      first.map(({ key }) => key),
      () => adjustAll(run, first),
    );
  }
}

/** Who and where; what can't be counted fails its plan, or only warns. */
async function countings(run: Run, jobs: readonly Job<"adjust">[]): Promise<Counting[]> {
  const productId = await productsOf(run, jobs);
  const [products, places] = await Promise.all([
    readProducts(run, [...productId.values()]),
    readPlaces(
      run.client,
      jobs.map(({ step }) => step.locationId),
    ),
  ]);
  const found: Counting[] = [];
  await eachAlone(run, jobs, async (job) => {
    const { plan, step } = job;
    const id = productId.get(job);
    if (id === undefined) return;
    const product = products.get(id);
    if (!product) throw refusal("dependency", "record_missing", `Odoo has no product ${id} any more`);
    const place = placeNamed(step.locationId, places);
    if (product.counted) found.push({ job, product, place, key: `${id} ${step.locationId}` });
    else warnPlan(run, plan, `Odoo does not count the stock of ${product.name}: nothing was adjusted.`);
  });
  return found;
}

/** Reads, counts and reads again, until all is as it shall be. */
async function adjustAll(run: Run, all: readonly Counting[]): Promise<void> {
  let open = [...all];
  for (let round = 1; open.length > 0; round++) {
    const onHand = await readAll(run, open);
    const due: (Counting & { plan: number; counts: Count[] })[] = [];
    await eachAlone(
      run,
      open.map((one) => ({ ...one, plan: one.job.plan })),
      async (one) => {
        const { product, place, job } = one;
        const has = onHand.get(one.key)!;
        const change = exact(wantedOnHand(job.step, has) - has.total);
        if (change === 0) return;
        if (round > mostRounds) throw keepsMoving(product.name, place);
        if (round === 1 && job.step.compared)
          warnPlan(
            run,
            job.plan,
            `Odoo had ${has.total} of ${product.name} on hand at ${place}; by Shopify's count there are ${exact(has.total + change)}.`,
          );
        due.push({ ...one, counts: countsFor(job.step.locationId, has, change, product, place) });
      },
    );
    const counted = due.map(({ product, counts }) => ({ productId: product.id, counts }));
    if (!(await countTogether(run, counted)))
      await eachAlone(run, due, ({ product, counts }) => countAlone(run, product.id, counts));
    open = open.filter((one) => due.some(({ job }) => job === one.job && isOpen(run, job.plan)));
  }
}

/** What lies there of each, by its key; products at one place in one call. */
async function readAll(run: Run, all: readonly Counting[]): Promise<Map<string, OnHand>> {
  const found = new Map<string, OnHand>();
  const groups = groupBy(all, ({ job: { step } }) => `${step.locationId} ${step.externalIdPrefix ?? ""}`);
  for (const group of groups.values()) {
    const { locationId, externalIdPrefix: prefix = "" } = group[0]!.job.step;
    const productIds = [...new Set(group.map(({ product }) => product.id))];
    for (const [id, has] of await readOnHand(run.client, { productIds, locationId, prefix }))
      found.set(`${id} ${locationId}`, has);
  }
  return found;
}

const underWay = new WeakMap<OdooClient, Map<string, Promise<void>>>();

/** Two adjustments of one product at one place at once leave a reservation behind in Odoo that nobody holds. */
async function alone(client: OdooClient, keys: readonly string[], work: () => Promise<void>): Promise<void> {
  const last = underWay.get(client) ?? new Map<string, Promise<void>>();
  underWay.set(client, last);
  // All places are taken in one go, so nobody waits in a circle.
  const mine = Promise.allSettled(keys.map((key) => last.get(key))).then(work);
  for (const key of keys) last.set(key, mine);
  try {
    await mine;
  } finally {
    for (const key of keys) if (last.get(key) === mine) last.delete(key);
  }
}

/** See `AdjustStep`. */
export function wantedOnHand(
  { available, committed }: Pick<AdjustStep, "available" | "committed">,
  { reserved, reservedForShopify }: Pick<OnHand, "reserved" | "reservedForShopify">,
): number {
  const forOthers = Math.max(0, exact(reserved - reservedForShopify));
  return Math.max(0, exact(available + forOthers + Math.max(committed, reservedForShopify)));
}

/** Odoo's ids; what is not found fails its plan. */
async function productsOf(run: Run, jobs: readonly Job<"adjust">[]): Promise<Map<Job<"adjust">, number>> {
  const found = new Map<Job<"adjust">, number>();
  const finds = jobs.flatMap(({ step: { product } }) => ("find" in product ? [product] : []));
  const { ids } = await findAll(run.client, finds);
  await eachAlone(run, jobs, async (job) => {
    found.set(job, await productOf(run, job.step.product, ids));
  });
  return found;
}

async function productOf(
  run: Run,
  reference: RecordReference,
  found: ReadonlyMap<string, Answer>,
): Promise<number> {
  if ("id" in reference) return reference.id;
  if ("externalId" in reference) {
    const known = await findAny(run.client, reference.externalId);
    if (!known) throw missing(reference.externalId);
    return known.id;
  }
  const judged = judge(reference, found.get(findKey(reference)) ?? []);
  if ("failure" in judged) throw judged.failure;
  if ("id" in judged) return judged.id;
  throw refusal("rejected", "bad_plan", "the step adjust can't make its product");
}

async function readProducts(run: Run, ids: readonly number[]): Promise<Map<number, CountedProduct>> {
  const storable = fieldName(run.major, "product.product", "is_storable");
  const rows = (await run.client.call("product.product", "search_read", {
    args: {
      domain: [["id", "in", [...new Set(ids)]]],
      fields: ["default_code", "name", "tracking", ...(storable ? [storable] : ["type"])],
    },
    context: { active_test: false },
  })) as ({ id: number } & Record<string, unknown>)[];
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        name: String(row.default_code || row.name),
        counted: storable ? row[storable] === true : row.type === "product",
        byLot: row.tracking === "lot" || row.tracking === "serial",
      },
    ]),
  );
}

function keepsMoving(product: string, place: string): HoldfastError {
  return refusal(
    "conflict",
    "stock_keeps_changing",
    `Stock of ${product} at ${place} changed each time it was about to be counted`,
  );
}
