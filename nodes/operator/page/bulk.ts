import { button, h } from "./dom.ts";
import { t } from "./texts.ts";

export interface BulkView {
  /** How many are chosen. */
  chosen: number;
  all: boolean;
  /** Whether the filters show dead letters, so that all that match can be retried. */
  matching: boolean;
}

export interface BulkActs {
  chooseAll(on: boolean): void;
  retry(): void;
  discard(): void;
  retryAll(): void;
}

/** What can be done with several dead letters at once. */
export function bulkBar({ chosen, all, matching }: BulkView, acts: BulkActs): HTMLElement[] {
  const everything = h("input", {
    type: "checkbox",
    "data-keep": "choose all",
    "aria-label": t("operator.bulk.chooseAll"),
    onchange: () => acts.chooseAll(everything.checked),
  });
  everything.checked = all;
  const label = h(
    "label",
    { class: "hf-choose-all" },
    everything,
    h("span", {}, chosen > 0 ? t("operator.bulk.chosen", { count: chosen }) : t("operator.bulk.choose")),
  );
  if (chosen > 0)
    return [
      label,
      button(t("operator.bulk.retry"), acts.retry, { keep: "retry chosen", kind: "hf-primary" }),
      button(t("operator.bulk.discard"), acts.discard, { keep: "discard chosen" }),
    ];
  return matching
    ? [label, button(t("operator.bulk.retryAll"), acts.retryAll, { keep: "retry all" })]
    : [label];
}
