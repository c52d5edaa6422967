/** What there is, place by place, whatever Odoo and Shopify believe; `truth` is what may still be sold. */
export interface StockLedger {
  truth(sku: string, at: number): number;
  onHand(sku: string, at: number): number;
  /** Sold and neither delivered nor cancelled. */
  open(sku: string, at: number): number;
  came(sku: string, at: number, units: number): void;
  went(sku: string, at: number, units: number): void;
  counted(sku: string, at: number, units: number): void;
  sold(sku: string, at: number, units: number): void;
  delivered(sku: string, at: number, units: number): void;
  cancelled(sku: string, at: number, units: number): void;
  /** Somebody is about to take goods away in Odoo: Shopify can't know at once. */
  lowers(sku: string, at: number): void;
  /** Looks whether Shopify offers more than there is anywhere. */
  look(): void;
  /** Nothing was on its way anywhere: what was done before this moment no longer explains anything. */
  drained(before: number): void;
  /** Where Shopify offers something else than there is. */
  differences(): string[];
  above: { explained: number; unexplained: string[]; longestMs: number };
}

interface Place {
  onHand: number;
  open: number;
  /** Goods are being taken away in Odoo, or were and Shopify has not followed yet. */
  lowering: "no" | "begun" | "done";
  /** When something was last done with these goods. */
  touchedAt: number;
  /** Whether events about it may still be on their way. */
  pending: boolean;
  aboveSince: number | null;
}

export function stockLedger(
  skus: readonly string[],
  places: readonly string[],
  offered: (sku: string, at: number) => number,
): StockLedger {
  const all = new Map<string, Place>();
  const key = (sku: string, at: number): string => `${sku} ${at}`;
  for (const sku of skus)
    for (const at of places.keys())
      all.set(key(sku, at), {
        onHand: 0,
        open: 0,
        lowering: "no",
        touchedAt: 0,
        pending: false,
        aboveSince: null,
      });
  const place = (sku: string, at: number): Place => all.get(key(sku, at))!;
  const touch = (sku: string, at: number): Place =>
    Object.assign(place(sku, at), { touchedAt: performance.now(), pending: true });
  const truth = (sku: string, at: number): number => {
    const { onHand, open } = place(sku, at);
    return Math.max(0, onHand - open);
  };
  const above: StockLedger["above"] = { explained: 0, unexplained: [], longestMs: 0 };

  function lookAt(sku: string, at: number): void {
    const one = place(sku, at);
    const [has, says] = [truth(sku, at), offered(sku, at)];
    if (says <= has) {
      if (one.aboveSince !== null)
        above.longestMs = Math.max(above.longestMs, Math.round(performance.now() - one.aboveSince));
      one.aboveSince = null;
      if (one.lowering === "done") one.lowering = "no";
      return;
    }
    if (one.aboveSince !== null) return;
    one.aboveSince = performance.now();
    if (one.lowering !== "no" || one.pending) above.explained++;
    else above.unexplained.push(`${sku} at ${places[at]}: Shopify offers ${says}, there are ${has}`);
  }

  return {
    truth,
    onHand: (sku, at) => place(sku, at).onHand,
    open: (sku, at) => place(sku, at).open,
    came(sku, at, units) {
      touch(sku, at).onHand += units;
    },
    went(sku, at, units) {
      Object.assign(touch(sku, at), { onHand: place(sku, at).onHand - units, lowering: "done" });
      lookAt(sku, at);
    },
    counted(sku, at, units) {
      Object.assign(touch(sku, at), { onHand: units, lowering: "done" });
      lookAt(sku, at);
    },
    sold(sku, at, units) {
      touch(sku, at).open += units;
    },
    delivered(sku, at, units) {
      touch(sku, at).onHand -= units;
      place(sku, at).open -= units;
    },
    cancelled(sku, at, units) {
      touch(sku, at).open -= units;
    },
    lowers(sku, at) {
      place(sku, at).lowering = "begun";
    },
    drained(before) {
      for (const one of all.values()) if (one.touchedAt < before) one.pending = false;
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
    above,
  };
}
