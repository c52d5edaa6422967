import {
  type Field,
  fields,
  type Source,
  type SourceProblem,
  sourceName,
  sourceProblems,
  typesFor,
} from "../index.ts";
import { type Editor, type EditorNode, formOf, labelOf, prefixOf, text } from "./editor.ts";

/** A row of the list, as jQuery gives it. */
interface Item {
  find(selector: string): Item;
  closest(selector: string): Item;
  hasClass(name: string): boolean;
  append(...content: unknown[]): Item;
  appendTo(to: Item): Item;
  val(value: string): Item;
  val(): unknown;
  attr(name: string, value: string): Item;
  addClass(name: string): Item;
  removeClass(name: string): Item;
  on(events: string, listener: () => void): Item;
  empty(): Item;
  text(value: string): Item;
  toArray(): Item[];
  typedInput(options: object): Item;
  typedInput(what: "type" | "value" | "types", value?: unknown): unknown;
  editableList(options: object): Item;
  editableList(what: "addItem", row: object): Item;
  editableList(what: "items"): Item;
}
type JQuery = (what: unknown, properties?: object) => Item;
const $ = (): JQuery => (window as unknown as { $: JQuery }).$;

/** The settings of a type as a person finds them: those its dialog has a name for. */
function choices(RED: Editor, type: string): { field: string; label: string; spec: Field }[] {
  return Object.entries(fields[type] ?? {}).map(([field, spec]) => ({
    field,
    label: labelOf(RED, type, field) ?? text(RED, `operator.settings.table.${field}`),
    spec,
  }));
}

/** What is wrong with the list, in words; the editor asks for it as of any other setting. */
export function judgeSources(RED: Editor, type: string, sources: unknown): true | string {
  const list = (Array.isArray(sources) ? sources : []) as Source[];
  const problems = [...sourceProblems(type, list), ...brokenExpressions(RED, list)];
  const lines = problems.map(({ index, what }) =>
    text(RED, `operator.settings.wrong.${what}`, { row: index + 1 }),
  );
  return lines.length === 0 || lines.join("\n");
}

function brokenExpressions(RED: Editor, list: Source[]): SourceProblem[] {
  return list.flatMap(({ type, value }, index): SourceProblem[] =>
    type !== "env" && value && RED.utils.validateTypedProperty(value, type) !== true
      ? [{ index, what: "value" }]
      : [],
  );
}

/** The last section of a dialog: the list of settings that come from elsewhere. */
export function showSources(RED: Editor, node: EditorNode): void {
  const form = formOf(node);
  const offered = choices(RED, node.type);
  if (!form || offered.length === 0) return;
  const sources = (node.sources ?? []) as Source[];
  const byMessage = offered.some(({ spec }) => spec.when === "message");

  const section = document.createElement("details");
  section.className = "holdfast-section holdfast-sources";
  section.open = sources.length > 0;
  const summary = document.createElement("summary");
  summary.textContent = text(RED, byMessage ? "operator.settings.title" : "operator.settings.titleStart");
  const tip = document.createElement("div");
  tip.className = "holdfast-tip";
  tip.textContent = text(RED, byMessage ? "operator.settings.tip" : "operator.settings.tipStart");
  const list = document.createElement("ol");
  list.id = "holdfast-sources-list";
  const problems = document.createElement("ul");
  problems.className = "holdfast-problems";
  section.append(summary, tip, list, problems);
  form.append(section);

  const check = (): void => {
    const rows = readRows();
    const said = judgeSources(RED, node.type, rows);
    noteAtFields(RED, node, form, rows);
    problems.replaceChildren(
      ...(said === true ? [] : said.split("\n")).map((line) => {
        const item = document.createElement("li");
        item.textContent = line;
        return item;
      }),
    );
  };
  $()(list).editableList({
    addButton: text(RED, "operator.settings.add"),
    height: "auto",
    removable: true,
    addItem: (container: Item, _index: number, row: Partial<Source>) => {
      addRow(RED, container, offered, row, check);
    },
    removeItem: check,
  });
  for (const source of sources) $()(list).editableList("addItem", source);
  check();
}

/** At a field whose setting comes from elsewhere, so that nobody wonders why it does not count. */
function noteAtFields(RED: Editor, node: EditorNode, form: HTMLElement, rows: Source[]): void {
  for (const old of form.querySelectorAll(".holdfast-from")) old.remove();
  for (const { field, type, value } of rows) {
    const row = document.getElementById(`${prefixOf(node)}-${field}`)?.closest(".form-row");
    if (!row || value === "") continue;
    const note = document.createElement("div");
    note.className = "holdfast-tip holdfast-from";
    note.textContent = text(RED, "operator.settings.from", { from: sourceName({ type, value }) });
    row.append(note);
  }
}

function addRow(
  RED: Editor,
  container: Item,
  offered: ReturnType<typeof choices>,
  row: Partial<Source>,
  check: () => void,
): void {
  const line = $()("<div>", { class: "holdfast-source" }).appendTo(container);
  const select = $()("<select>", { class: "holdfast-source-field" })
    .attr("aria-label", text(RED, "operator.settings.which"))
    .append(...offered.map(({ field, label }) => $()("<option>", { value: field }).text(label)))
    .appendTo(line);
  const input = $()("<input>", {
    type: "text",
    class: "holdfast-source-value",
    style: "width: 100%",
  }).appendTo(line);
  if (row.field) select.val(row.field);
  const typesNow = (): string[] => {
    const chosen = offered.find(({ field }) => field === select.val());
    return typesFor(chosen?.spec.when ?? "start");
  };
  input.typedInput({ types: typesNow(), default: row.type ?? typesNow()[0] });
  if (row.type) input.typedInput("type", row.type);
  input.typedInput("value", row.value ?? "");
  select.on("change", () => {
    input.typedInput("types", typesNow());
    check();
  });
  input.on("change", check);
  check();
}

/** What the list of the open dialog holds; a row that was removed fades, and counts no more. */
export function readRows(): Source[] {
  return $()("#holdfast-sources-list")
    .editableList("items")
    .toArray()
    .filter((item) => !$()(item).closest("li").hasClass("red-ui-editableList-item-deleting"))
    .map((item) => {
      const row = $()(item);
      const input = row.find(".holdfast-source-value");
      return {
        field: String(row.find(".holdfast-source-field").val()),
        type: input.typedInput("type") as Source["type"],
        value: String(input.typedInput("value") ?? "").trim(),
      };
    });
}
