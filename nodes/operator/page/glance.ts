import { rateChart } from "./chart.ts";
import { button, h } from "./dom.ts";
import { duration, number, t, time } from "./texts.ts";
import type { Destination, Overview, QueueView } from "./types.ts";

export interface GlanceActs {
  show(queue: string, state: string): void;
  pause(queue: string): void;
  resume(queue: string): void;
  probe(queue: string): void;
  stopRetry(queue: string): void;
  dismissRetry(queue: string): void;
}

/** How things stand, queue by queue. */
export function glance({ queues, destinations, you, now }: Overview, acts: GlanceActs): HTMLElement[] {
  if (queues.length === 0) return [h("p", { class: "hf-empty" }, t("operator.glance.noQueue"))];
  return [
    ...queues.map((queue) => queueCard(queue, you.mayWrite, now, acts)),
    ...(destinations.length > 0
      ? [
          h(
            "ul",
            { class: "hf-destinations", "aria-label": t("operator.glance.destinations") },
            ...destinations.map((one) => destination(one, now)),
          ),
        ]
      : []),
  ];
}

function queueCard(queue: QueueView, mayWrite: boolean, now: number, acts: GlanceActs): HTMLElement {
  const { name, state, counts, oldestWaitingAt, paused, held, trouble, warning, rates, cutOff } = queue;
  const counter = (label: string, n: number, show: string): HTMLElement =>
    h(
      "button",
      {
        type: "button",
        class: `hf-count${show === "dead" && n > 0 ? " hf-bad" : ""}`,
        "data-keep": `${name} ${show}`,
        onclick: () => acts.show(name, show),
      },
      h("span", { class: "hf-figure" }, number(n)),
      h("span", { class: "hf-count-label" }, label),
    );
  return h(
    "section",
    {
      class: `hf-card${isQuiet(queue) ? " hf-quiet" : ""}`,
      "aria-label": t("operator.glance.queue", { name }),
    },
    h(
      "div",
      { class: "hf-card-head" },
      h("h2", {}, name),
      h("span", { class: `hf-pill hf-${state}` }, stateName(state)),
      mayWrite &&
        (paused
          ? button(t("operator.act.resume"), () => acts.resume(name), {
              keep: `${name} pause`,
              kind: "hf-primary",
            })
          : button(t("operator.act.pause"), () => acts.pause(name), { keep: `${name} pause` })),
    ),
    h(
      "div",
      { class: "hf-card-body" },
      h(
        "div",
        { class: "hf-counts" },
        counter(t("operator.state.waiting"), counts.waiting, "waiting"),
        counter(t("operator.state.in-flight"), counts.inFlight, "in-flight"),
        counter(t("operator.state.delayed"), counts.delayed, "delayed"),
        counter(t("operator.state.dead"), counts.dead, "dead"),
      ),
      h(
        "div",
        { class: "hf-card-foot" },
        rateChart(rates),
        h(
          "span",
          { class: "hf-small" },
          oldestWaitingAt === null
            ? t("operator.glance.nothingWaits")
            : t("operator.glance.oldest", { age: duration(now - oldestWaitingAt) }),
        ),
      ),
    ),
    trouble && notice("hf-error", trouble.message, trouble.hint),
    state === "closed" && !trouble && notice("hf-warn", t("operator.glance.opening")),
    warning && notice("hf-warn", warning),
    paused &&
      notice("hf-warn", t("operator.glance.paused", { since: time(paused.since), why: paused.reason })),
    held &&
      notice(
        "hf-warn",
        t("operator.glance.held", { age: duration(now - held.since) }),
        held.failure.message,
        held.probing ? t("operator.glance.probing") : nextProbe(held, now),
        mayWrite && button(t("operator.act.probe"), () => acts.probe(name), { keep: `${name} probe` }),
      ),
    queue.retrying && queue.retrying.endedAt === null && retrying(queue, mayWrite, acts),
    cutOff &&
      notice(
        "hf-warn",
        t("operator.glance.cutOff", { by: cutOff.by, at: time(cutOff.at), what: cutOff.detail }),
        mayWrite &&
          button(t("operator.act.dismiss"), () => acts.dismissRetry(name), { keep: `${name} dismiss` }),
      ),
  );
}

function nextProbe({ nextProbeAt, failedProbes }: NonNullable<QueueView["held"]>, now: number): string {
  const soon = { in: duration(nextProbeAt - now) };
  return failedProbes === 0
    ? t("operator.glance.firstProbe", soon)
    : t("operator.glance.nextProbe", { ...soon, probes: failedProbes });
}

/** Nothing in it, nothing the matter with it. */
function isQuiet({ state, counts, warning, retrying, cutOff }: QueueView): boolean {
  const { waiting, delayed, inFlight, dead } = counts;
  const busy = retrying !== null && retrying.endedAt === null;
  return state === "running" && waiting + delayed + inFlight + dead === 0 && !warning && !busy && !cutOff;
}

function retrying({ name, retrying }: QueueView, mayWrite: boolean, acts: GlanceActs): HTMLElement {
  const { done, total } = retrying!;
  const said = t("operator.glance.retrying", { done, total });
  return h(
    "div",
    { class: "hf-notice hf-busy" },
    h("span", {}, said),
    h("progress", { max: total, value: done, "aria-label": said }),
    mayWrite && button(t("operator.act.stop"), () => acts.stopRetry(name), { keep: `${name} stop` }),
  );
}

function notice(kind: string, ...children: (string | HTMLElement | false | undefined)[]): HTMLElement {
  return h(
    "div",
    { class: `hf-notice ${kind}` },
    ...children.map((child) => (typeof child === "string" ? h("span", { dir: "auto" }, child) : child)),
  );
}

function destination({ kind, name, answers, since, failure, budget }: Destination, now: number): HTMLElement {
  const how =
    answers === null
      ? t("operator.destination.unasked")
      : answers
        ? t("operator.destination.answers")
        : t("operator.destination.away", { age: duration(now - (since ?? now)) });
  return h(
    "li",
    { title: failure?.message ?? null },
    h("span", {
      class: `hf-dot ${answers === null ? "" : answers ? "hf-good" : "hf-bad"}`,
      "aria-hidden": "true",
    }),
    h("span", {}, `${name || kind}: ${how}`),
    budget && h("span", { class: "hf-small" }, t("operator.destination.budget", { ...budget })),
  );
}

export function stateName(state: string): string {
  return t(`operator.state.${state}`);
}
