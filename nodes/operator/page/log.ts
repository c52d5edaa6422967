import { button, h } from "./dom.ts";
import { stateName } from "./glance.ts";
import { duration, t, time } from "./texts.ts";
import type { EventRow } from "./types.ts";

export interface LogView {
  rows: EventRow[];
  named: EventRow[];
  /** What was searched. */
  q: string;
  chosen: Set<string>;
  open: string | null;
  more: boolean;
  mayWrite: boolean;
  now: number;
}

export interface LogActs {
  open(row: EventRow): void;
  choose(row: EventRow, chosen: boolean): void;
  more(): void;
}

export function rowKey({ queue, id }: { queue: string; id: string }): string {
  return `${queue}/${id}`;
}

export function log(view: LogView, acts: LogActs): HTMLElement[] {
  const { rows, named, q } = view;
  const list = (label: string, events: EventRow[], kind: string): HTMLElement =>
    h(
      "ul",
      { class: "hf-rows", "aria-label": label },
      ...events.map((row) => rowItem(row, view, acts, kind)),
    );
  const others = rows.filter((row) => !named.some((one) => rowKey(one) === rowKey(row)));
  return [
    ...(q && named.length > 0
      ? [
          h("h2", { class: "hf-list-head" }, t("operator.log.named", { q })),
          list(t("operator.log.named", { q }), named, "named"),
        ]
      : []),
    ...(q && named.length > 0 && others.length > 0
      ? [h("h2", { class: "hf-list-head" }, t("operator.log.mentions", { q }))]
      : []),
    ...(others.length > 0 ? [list(t("operator.log.label"), others, "row")] : []),
    ...(others.length === 0 && named.length === 0
      ? [h("p", { class: "hf-empty" }, q ? t("operator.log.nothingFound", { q }) : t("operator.log.nothing"))]
      : []),
    ...(view.more ? [button(t("operator.log.more"), acts.more, { keep: "more", kind: "hf-more" })] : []),
  ];
}

function rowItem(row: EventRow, view: LogView, acts: LogActs, kind: string): HTMLElement {
  const key = rowKey(row);
  const { reference, topic, state, failure, attempts, enqueuedAt, behind } = row;
  const name = reference ?? `${topic} ${row.id}`;
  const selectable = view.mayWrite && state === "dead";
  return h(
    "li",
    { class: `hf-row${view.open === key ? " hf-open" : ""}` },
    h(
      "span",
      { class: "hf-choice" },
      selectable &&
        checkbox(
          t("operator.log.choose", { name }),
          view.chosen.has(key),
          (on) => acts.choose(row, on),
          `${kind} choose ${key}`,
        ),
    ),
    h(
      "button",
      {
        type: "button",
        class: "hf-row-button",
        "data-keep": `${kind} ${key}`,
        "data-event": key,
        "aria-current": view.open === key ? "true" : null,
        onclick: () => acts.open(row),
      },
      h(
        "span",
        { class: "hf-row-head" },
        h("bdi", { class: "hf-name" }, name),
        h("span", { class: `hf-pill hf-${state}` }, stateName(state)),
        h("span", { class: "hf-topic" }, topic),
        h(
          "time",
          { class: "hf-age", datetime: new Date(enqueuedAt).toISOString(), title: time(enqueuedAt) },
          duration(view.now - enqueuedAt),
        ),
      ),
      h("span", { class: "hf-sentence", dir: "auto" }, sentence(row)),
      failure?.hint && !isOver(state) && h("span", { class: "hf-hint", dir: "auto" }, failure.hint),
      (attempts > 0 || behind) &&
        h(
          "span",
          { class: "hf-small" },
          [
            attempts > 0 && t("operator.log.attempts", { count: attempts }),
            behind && t("operator.log.behind"),
          ]
            .filter(Boolean)
            .join(" · "),
        ),
    ),
  );
}

export function isOver(state: EventRow["state"]): boolean {
  return state === "applied" || state === "discarded";
}

/** What is the matter with it, in one sentence. */
export function sentence({ state, failure, settledAt, dueAt, behind }: EventRow): string {
  if (state === "applied") return t("operator.log.applied", { at: time(settledAt ?? 0) });
  if (state === "discarded") return t("operator.log.discarded", { at: time(settledAt ?? 0) });
  if (failure) return failure.message;
  if (state === "in-flight") return t("operator.log.inFlight");
  if (state === "delayed") return t("operator.log.delayed", { at: time(dueAt) });
  return behind ? t("operator.log.waitsBehind") : t("operator.log.waits");
}

function checkbox(
  label: string,
  checked: boolean,
  onChange: (on: boolean) => void,
  keep: string,
): HTMLElement {
  const input = h("input", {
    type: "checkbox",
    "aria-label": label,
    "data-keep": keep,
    onchange: () => onChange(input.checked),
  });
  input.checked = checked;
  return input;
}
