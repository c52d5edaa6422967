import { button, h, outLink } from "./dom.ts";
import { stateName } from "./glance.ts";
import { isOver, sentence } from "./log.ts";
import { payloadView } from "./payload.ts";
import { duration, t, time } from "./texts.ts";
import type { EventDetail } from "./types.ts";

export interface DetailActs {
  close(): void;
  retry(event: EventDetail): void;
  edit(event: EventDetail): void;
  discard(event: EventDetail): void;
  record(event: EventDetail): void;
  behindWhat(event: EventDetail): void;
}

/** Everything about one event: what failed, what to do, what happened so far, what it carries. */
export function detail(event: EventDetail, mayWrite: boolean, now: number, acts: DetailActs): HTMLElement[] {
  const { reference, topic, id, queue, state, failure, shopifyUrl, mayBeInOdoo, behind } = event;
  const name = reference ?? `${topic} ${id}`;
  const dead = state === "dead";
  return [
    h(
      "div",
      { class: "hf-detail-head" },
      button(t("operator.act.back"), acts.close, { keep: "back", kind: "hf-back" }),
      h("h2", { tabindex: -1 }, h("bdi", {}, name)),
      h("span", { class: `hf-pill hf-${state}` }, stateName(state)),
    ),
    h("p", { class: "hf-what", dir: "auto" }, state === "discarded" ? discarded(event) : sentence(event)),
    !isOver(state) &&
      h("p", { class: "hf-do", dir: "auto" }, h("strong", {}, t("operator.detail.do")), " ", whatToDo(event)),
    h(
      "div",
      { class: "hf-line" },
      mayWrite &&
        dead &&
        button(t("operator.act.retry"), () => acts.retry(event), { keep: "retry", kind: "hf-primary" }),
      mayWrite && dead && button(t("operator.act.edit"), () => acts.edit(event), { keep: "edit" }),
      mayWrite && dead && button(t("operator.act.discard"), () => acts.discard(event), { keep: "discard" }),
      shopifyUrl && outLink(t("operator.detail.inShopify"), shopifyUrl),
      mayBeInOdoo &&
        button(t("operator.detail.inOdoo"), () => acts.record(event), { keep: "odoo", kind: "hf-link" }),
      behind &&
        button(t("operator.detail.behindWhat"), () => acts.behindWhat(event), {
          keep: "behind",
          kind: "hf-link",
        }),
    ),
    h(
      "dl",
      { class: "hf-facts" },
      ...fact(t("operator.detail.queue"), queue),
      ...fact(t("operator.detail.topic"), topic),
      ...fact(t("operator.detail.came"), `${time(event.enqueuedAt)} (${duration(now - event.enqueuedAt)})`),
      ...(state === "delayed" ? fact(t("operator.detail.due"), time(event.dueAt)) : []),
      ...(event.settledAt === null ? [] : fact(t("operator.detail.ended"), time(event.settledAt))),
      ...(event.shop ? fact(t("operator.detail.shop"), event.shop) : []),
      ...(event.key ? fact(t("operator.detail.key"), event.key) : []),
      ...(failure
        ? fact(t("operator.detail.class"), `${t(`operator.class.${failure.class}`)} (${failure.code})`)
        : []),
      ...fact(t("operator.detail.id"), id),
    ),
    h("h3", {}, t("operator.detail.history")),
    history(event),
    h("h3", {}, t("operator.detail.payload")),
    payloadView(event.payload),
  ].filter((part): part is HTMLElement => part instanceof HTMLElement);
}

/** Who ended it for good, and why. */
function discarded(event: EventDetail): string {
  const act = event.history.findLast(({ what }) => what === "discarded");
  return [t("operator.history.discarded", { by: act?.by ?? "" }), act?.reason].filter(Boolean).join(": ");
}

function whatToDo({ failure, state, behind }: EventDetail): string {
  if (failure?.hint) return failure.hint;
  if (failure) return t(`operator.advice.${failure.class}`);
  return behind && state === "waiting" ? t("operator.advice.behind") : t("operator.advice.nothing");
}

function fact(name: string, value: string): HTMLElement[] {
  return [h("dt", {}, name), h("dd", {}, h("bdi", {}, value))];
}

function history({ history, enqueuedAt }: EventDetail): HTMLElement {
  const entries = history.map((entry) => {
    const { at, what, attempt, times, failure, by, reason } = entry;
    const said = t(`operator.history.${what}`, { attempt, by: by ?? "" });
    return h(
      "li",
      {},
      h("time", { datetime: new Date(at).toISOString() }, time(at)),
      h(
        "span",
        { class: "hf-history-what" },
        h("strong", {}, said),
        times > 1 && h("span", { class: "hf-small" }, ` ${t("operator.history.times", { times })}`),
        failure && h("span", { dir: "auto" }, failure.message),
        what === "discarded" && reason && h("span", { dir: "auto" }, reason),
        what === "edited" &&
          reason !== null &&
          h("details", {}, h("summary", {}, t("operator.history.original")), payloadView(reason)),
      ),
    );
  });
  const stored = h(
    "li",
    {},
    h("time", { datetime: new Date(enqueuedAt).toISOString() }, time(enqueuedAt)),
    h("span", { class: "hf-history-what" }, h("strong", {}, t("operator.history.stored"))),
  );
  return h("ol", { class: "hf-history" }, stored, ...entries);
}
