import type { Above, Pending } from "./stock-above.ts";

/** What there is, place by place, whatever Odoo and Shopify believe; `truth` is what may still be sold. */
export interface StockLedger {
  truth(sku: string, at: number): number;
  onHand(sku: string, at: number): number;
  /** Sold and neither delivered nor cancelled. */
  open(sku: string, at: number): number;
  came(sku: string, at: number, units: number): void;
  sold(sku: string, at: number, units: number): void;
  delivered(sku: string, at: number, units: number): void;
  /** What was delivered is here again, to be delivered anew. */
  undelivered(sku: string, at: number, units: number): void;
  cancelled(sku: string, at: number, units: number): void;
  /** Somebody takes goods away in Odoo, which Shopify can't know at once; then this much is left. */
  lower(sku: string, at: number, work: () => Promise<void>, left: () => number): Promise<void>;
  /** Looks whether Shopify offers more than there is anywhere. */
  look(): void;
  /** Where Shopify offers something else than there is. */
  differences(): string[];
  /** Times in which Shopify offered more than there was; those that last begin and end with the looks. */
  above(): Above[];
  /** Times in which goods were being taken away in Odoo. */
  lowering: Pending[];
}

interface Place {
  onHand: number;
  open: number;
  above: Above | null;
}

export function stockLedger(
  skus: readonly string[],
  places: readonly string[],
  offered: (sku: string, at: number) => number,
): StockLedger {
  const all = new Map<string, Place>();
  const key = (sku: string, at: number): string => `${sku} ${at}`;
  for (const sku of skus)
    for (const at of places.keys()) all.set(key(sku, at), { onHand: 0, open: 0, above: null });
  const place = (sku: string, at: number): Place => all.get(key(sku, at))!;
  const truth = (sku: string, at: number): number => {
    const { onHand, open } = place(sku, at);
    return Math.max(0, onHand - open);
  };
  const above: Above[] = [];
  const lowering: Pending[] = [];

  function lookAt(sku: string, at: number): void {
    const one = place(sku, at);
    const [has, offers] = [truth(sku, at), offered(sku, at)];
    const now = Date.now();
    if (one.above) one.above.until = now;
    if (offers <= has) one.above = null;
    else if (!one.above) {
      one.above = { sku, at, has, offers, from: now, until: now };
      above.push(one.above);
    }
  }

  return {
    truth,
    onHand: (sku, at) => place(sku, at).onHand,
    open: (sku, at) => place(sku, at).open,
    came(sku, at, units) {
      place(sku, at).onHand += units;
    },
    sold(sku, at, units) {
      place(sku, at).open += units;
    },
    delivered(sku, at, units) {
      place(sku, at).onHand -= units;
      place(sku, at).open -= units;
    },
    undelivered(sku, at, units) {
      place(sku, at).onHand += units;
      place(sku, at).open += units;
    },
    cancelled(sku, at, units) {
      place(sku, at).open -= units;
    },
    async lower(sku, at, work, left) {
      const span = {
        what: "taken away in Odoo",
        sku,
        at,
        from: Date.now(),
        until: Number.POSITIVE_INFINITY,
        heard: true,
      };
      lowering.push(span);
      await work();
      span.until = Date.now();
      place(sku, at).onHand = left();
      lookAt(sku, at);
    },
    look() {
      for (const sku of skus) for (const at of places.keys()) lookAt(sku, at);
    },
    differences: () =>
      skus.flatMap((sku) =>
        [...places.keys()].flatMap((at) => {
          const [has, says] = [truth(sku, at), offered(sku, at)];
          return has === says ? [] : [`${sku} at ${places[at]}: Shopify offers ${says}, there are ${has}`];
        }),
      ),
    above: () => above,
    lowering,
  };
}
