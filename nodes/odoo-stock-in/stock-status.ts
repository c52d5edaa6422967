import type { NodeStatus } from "node-red";
import type { Compared, StockWatchState } from "../../src/index.ts";
import { type Runtime, statusText } from "../runtime/index.ts";

/** How the node hears of changes, and what it heard last. */
export function stockStatus(RED: Runtime, state: StockWatchState): NodeStatus {
  if (state.trouble) return { fill: "red", shape: "ring", text: statusText(state.trouble.message) };
  if (state.comparing) return { fill: "blue", shape: "dot", text: RED._("odoo-stock-in.status.comparing") };
  const [unusable] = state.unusable;
  if (unusable) return { fill: "yellow", shape: "ring", text: statusText(unusable.message) };
  const at = state.lastChangeAt === null ? "" : new Date(state.lastChangeAt).toTimeString().slice(0, 5);
  const hears = RED._(`odoo-stock-in.status.${state.hears}`);
  return {
    fill: "green",
    shape: state.hears === "push" ? "dot" : "ring",
    text: at === "" ? hears : RED._("odoo-stock-in.status.last", { hears, at }),
  };
}

/** What a compare left out, in one line; empty when nothing. */
export function compareWarning(RED: Runtime, { products, uncounted }: Compared): string {
  const { kits, withoutSku, doubled } = uncounted;
  const parts = [
    ...(kits > 0 ? [RED._("odoo-stock-in.uncounted.kits", { count: kits })] : []),
    ...(withoutSku > 0 ? [RED._("odoo-stock-in.uncounted.without", { count: withoutSku })] : []),
    ...(doubled.length > 0
      ? [RED._("odoo-stock-in.uncounted.doubled", { skus: doubled.slice(0, 20).join(", ") })]
      : []),
  ];
  if (parts.length === 0) return "";
  return RED._("odoo-stock-in.uncounted.all", { products, parts: parts.join("; ") });
}
