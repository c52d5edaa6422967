import { h, svg } from "./dom.ts";
import { t } from "./texts.ts";

const WIDTH = 120;
const HEIGHT = 28;

/** In and out by minute: bars for what came, a line for what was applied. */
export function rateChart({ in: came, out: went }: { in: number[]; out: number[] }): HTMLElement {
  const most = Math.max(1, ...came, ...went);
  const step = WIDTH / came.length;
  const y = (n: number): number => HEIGHT - 1 - (n / most) * (HEIGHT - 3);
  const bars = came.map((n, i) =>
    svg("rect", {
      class: "hf-chart-in",
      x: i * step + 0.5,
      y: y(n),
      width: Math.max(1, step - 1),
      height: HEIGHT - y(n),
    }),
  );
  const line = svg("polyline", {
    class: "hf-chart-out",
    fill: "none",
    points: went.map((n, i) => `${(i + 0.5) * step},${y(n)}`).join(" "),
  });
  // The minute before the running one is the last whole one.
  const [lastIn, lastOut] = [came.at(-2) ?? 0, went.at(-2) ?? 0];
  const said = t("operator.rate.lastMinute", { in: lastIn, out: lastOut });
  const chart = svg(
    "svg",
    {
      class: "hf-chart",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": t("operator.rate.label", { in: lastIn, out: lastOut, most }),
    },
    ...bars,
    line,
  );
  return h("div", { class: "hf-rate" }, chart, h("span", { class: "hf-small" }, said));
}
