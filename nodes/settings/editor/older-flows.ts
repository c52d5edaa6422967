import { type Change, migrate, type Settings } from "../versions.ts";
import { type Editor, type EditorNode, formOf, isOurs, labelOf, text } from "./editor.ts";

const SOON_MS = 300;

/** Brings nodes of older flows to this version as they come into the editor, and says what changed. */
export function openOlderFlows(RED: Editor): (node: EditorNode) => void {
  /** What changed in which node, until it is deployed. */
  const changed = new Map<string, Change[]>();
  let untold: string[] = [];
  let notice: { close(): void } | null = null;

  const putAway = (): void => {
    notice?.close();
    notice = null;
  };
  const tell = (): void => {
    const nodes = untold.map((id) => RED.nodes.node(id)).filter((node) => node !== null);
    untold = [];
    if (nodes.length === 0) return;
    for (const node of nodes) {
      node.changed = true;
      node.dirty = true;
    }
    RED.nodes.dirty(true);
    RED.view.redraw();
    putAway();
    notice = RED.notify(notification(RED, nodes, changed), {
      type: "warning",
      fixed: true,
      id: "holdfast-older-flows",
      buttons: [{ text: text(RED, "operator.act.close"), click: putAway }],
    });
  };
  RED.events.on("nodes:add", (node: EditorNode) => {
    if (!isOurs(node._def)) return;
    const { settings, changes, newer } = migrate(node.type, settingsOf(node));
    if (newer || settings.configVersion === node.configVersion) return;
    try {
      for (const [field, value] of Object.entries(settings)) if (node[field] !== value) node[field] = value;
      for (const { field, to } of changes) if (to === undefined) delete node[field];
    } catch {
      // Of a locked flow nothing can be changed here: the runtime brings it to this version at each start.
      return;
    }
    if (changes.length === 0) return;
    changed.set(node.id, changes);
    // Once all of the flow is there, and the editor has called it unchanged.
    if (untold.push(node.id) === 1) setTimeout(tell, SOON_MS);
  });
  // It would lie over the dialog's buttons, and the dialog says it, too.
  RED.events.on("editor:open", putAway);
  RED.events.on("deploy", () => {
    changed.clear();
    putAway();
  });

  return (node) => {
    const changes = changed.get(node.id);
    if (!changes) return;
    const place = document.createElement("div");
    place.className = "holdfast-older";
    const head = document.createElement("p");
    head.textContent = text(RED, "operator.older.dialog");
    place.append(head, listOf(linesOf(RED, node.type, changes)));
    formOf(node)?.prepend(place);
  };
}

function settingsOf(node: EditorNode): Settings {
  return Object.fromEntries(Object.keys(node._def.defaults ?? {}).map((field) => [field, node[field]]));
}

function notification(RED: Editor, nodes: EditorNode[], changed: Map<string, Change[]>): HTMLElement {
  const place = document.createElement("div");
  place.className = "holdfast-older-flows";
  const head = document.createElement("p");
  head.textContent = text(RED, "operator.older.title", { count: nodes.length });
  const list = document.createElement("ul");
  for (const node of nodes) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = "#";
    link.textContent = node.name || node.type;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      RED.view.reveal(node.id);
    });
    item.append(link, `: ${linesOf(RED, node.type, changed.get(node.id) ?? [], true).join("; ")}`);
    list.append(item);
  }
  const foot = document.createElement("p");
  foot.textContent = text(RED, "operator.older.deploy");
  place.append(head, list, foot);
  return place;
}

/** What was set otherwise, each by itself, then what is new and leaves all as it was. */
function linesOf(RED: Editor, type: string, changes: Change[], inShort = false): string[] {
  const named = changes.flatMap((change) => {
    const label = labelOf(RED, type, change.field);
    return label === null ? [] : [{ ...change, label }];
  });
  const other = named.filter(({ from, to }) => from !== undefined && !Array.isArray(to));
  const lines = other.map(({ label, from, to }) =>
    text(RED, to === undefined ? "operator.older.gone" : "operator.older.changed", { label, from, to }),
  );
  const added = named.filter((change) => !other.includes(change));
  const list = added.map(({ label }) => label).join(", ");
  if (added.length > 0)
    lines.push(
      inShort && added.length > 1
        ? text(RED, "operator.older.addedMany", { count: added.length })
        : text(RED, "operator.older.added", { list }),
    );
  return lines;
}

function listOf(lines: string[]): HTMLElement {
  const list = document.createElement("ul");
  for (const line of lines) {
    const item = document.createElement("li");
    item.textContent = line;
    list.append(item);
  }
  return list;
}
