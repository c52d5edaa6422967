import { h } from "./dom.ts";
import { stateName } from "./glance.ts";
import { t } from "./texts.ts";

export interface Filters {
  q: string;
  state: string;
  queue: string;
  topic: string;
  class: string;
  from: string;
  before: string;
}

export const noFilters: Filters = {
  q: "",
  state: "attention",
  queue: "",
  topic: "",
  class: "",
  from: "",
  before: "",
};

const STATES = ["attention", "dead", "waiting", "delayed", "in-flight", "applied", "discarded", "all"];
const CLASSES = ["unavailable", "throttled", "conflict", "dependency", "rejected", "unknown"];
const TYPING_MS = 250;

export interface FilterBar {
  search: HTMLElement;
  bar: HTMLElement;
  /** Shows other filters than those that were typed. */
  set(filters: Filters): void;
  setQueues(names: string[]): void;
  focus(): void;
}

/** The one box at the top, and what narrows the log. */
export function filterBar(initial: Filters, onChange: (filters: Filters) => void): FilterBar {
  let filters = initial;
  let typing: ReturnType<typeof setTimeout> | undefined;
  const change = (some: Partial<Filters>): void => {
    clearTimeout(typing);
    filters = { ...filters, ...some };
    onChange(filters);
  };
  const soon = (some: Partial<Filters>): void => {
    clearTimeout(typing);
    typing = setTimeout(() => change(some), TYPING_MS);
  };
  const search = h("input", {
    type: "search",
    class: "hf-input hf-search",
    "aria-label": t("operator.filter.search"),
    placeholder: t("operator.filter.search"),
    value: filters.q,
    oninput: () => soon({ q: search.value }),
    onkeydown: (event: KeyboardEvent) => {
      if (event.key === "Enter") change({ q: search.value });
    },
  });
  const select = (name: "state" | "class" | "queue", options: [string, string][]): HTMLSelectElement => {
    const element = h(
      "select",
      { class: "hf-input", onchange: () => change({ [name]: element.value }) },
      ...options.map(([value, label]) => h("option", { value }, label)),
    );
    element.value = filters[name];
    return element;
  };
  const state = select(
    "state",
    STATES.map((name) => [name, stateName(name)]),
  );
  const failure = select("class", [
    ["", t("operator.filter.anyClass")],
    ...CLASSES.map((name): [string, string] => [name, t(`operator.class.${name}`)]),
  ]);
  const queue = select("queue", [["", t("operator.filter.anyQueue")]]);
  const topic = h("input", {
    class: "hf-input",
    placeholder: "orders/create",
    oninput: () => soon({ topic: topic.value.trim() }),
  });
  const day = (name: "from" | "before"): HTMLInputElement => {
    const input = h("input", {
      type: "datetime-local",
      class: "hf-input",
      onchange: () => change({ [name]: input.value && new Date(input.value).toISOString() }),
    });
    return input;
  };
  const [from, before] = [day("from"), day("before")];
  const field = (label: string, control: HTMLElement): HTMLElement =>
    h("label", { class: "hf-field" }, h("span", {}, label), control);
  const queueField = field(t("operator.filter.queue"), queue);
  queueField.hidden = true;
  return {
    search,
    bar: h(
      "div",
      { class: "hf-filters" },
      field(t("operator.filter.state"), state),
      queueField,
      h(
        "details",
        { class: "hf-more-filters" },
        h("summary", {}, t("operator.filter.more")),
        h(
          "div",
          { class: "hf-filter-grid" },
          field(t("operator.filter.class"), failure),
          field(t("operator.filter.topic"), topic),
          field(t("operator.filter.from"), from),
          field(t("operator.filter.before"), before),
        ),
      ),
    ),
    set(given) {
      filters = given;
      search.value = given.q;
      state.value = given.state;
      queue.value = given.queue;
      failure.value = given.class;
      topic.value = given.topic;
      from.value = asTyped(given.from);
      before.value = asTyped(given.before);
    },
    setQueues(names) {
      const have = [...queue.options].slice(1).map(({ value }) => value);
      queueField.hidden = names.length < 2;
      if (have.join("\n") === names.join("\n")) return;
      queue.replaceChildren(queue.options[0]!, ...names.map((name) => h("option", { value: name }, name)));
      queue.value = filters.queue;
    },
    focus: () => search.focus(),
  };
}

/** A time as the field for one holds it: in this place's time, to the minute. */
function asTyped(iso: string): string {
  if (iso === "") return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
