import type { FlowNode } from "./flow-graph.ts";
import { type Trouble, troublesOf } from "./flow-troubles.ts";
import { t } from "./texts.ts";

interface EditorNode {
  id: string;
  type: string;
  name?: string;
  valid?: boolean;
  validationErrors?: string[];
  dirty?: boolean;
}

/** What this uses of the editor's own API. */
export interface FlowEditor {
  nodes: {
    createCompleteNodeSet(options?: { credentials?: boolean }): FlowNode[];
    node(id: string): EditorNode | null;
  };
  editor: { validateNode(node: EditorNode): boolean };
  events: { on(event: string, listener: () => void): void };
  view: { redraw(): void; reveal(id: string): void };
  notify(
    message: HTMLElement,
    options: object,
  ): { close(): void; update(message: HTMLElement, options: object): void };
}

const SOON_MS = 300;
const changes = [
  ...["nodes:add", "nodes:remove", "nodes:change", "links:add", "links:remove"],
  ...["flows:add", "flows:remove", "flows:change"],
];
/** When it is said in words, as after an import; else a flow is being built, and the marks are enough. */
const toldAt = ["flows:loaded", "deploy"];
/** More at once than a person drops. */
const IMPORTED = 3;

/**
 * Marks the nodes where a flow could lose or stall events as Node-RED marks a setting that is wrong: the triangle says
 * why, and Deploy asks before it deploys them.
 */
export function markFlows(RED: FlowEditor): void {
  let marked = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let notice: ReturnType<FlowEditor["notify"]> | null = null;
  let telling = true;
  let added = 0;

  const check = (): void => {
    timer = undefined;
    telling ||= added >= IMPORTED;
    added = 0;
    const troubles = troublesOf(RED.nodes.createCompleteNodeSet({ credentials: false }));
    const now = new Set(troubles.map(({ node }) => node));
    for (const id of new Set([...marked, ...now])) {
      const node = RED.nodes.node(id);
      if (!node) continue;
      RED.editor.validateNode(node);
      const why = troubles.filter((one) => one.node === id).map(textOf);
      if (why.length > 0) {
        node.valid = false;
        node.validationErrors = [...(node.validationErrors ?? []), ...why];
      }
      node.dirty = true;
    }
    const same = marked.size === now.size && [...now].every((id) => marked.has(id));
    marked = now;
    if (now.size > 0 || !same) RED.view.redraw();
    if (troubles.length === 0) putAway();
    else if (telling) tell(troubles);
    telling = false;
  };

  const putAway = (): void => {
    notice?.close();
    notice = null;
  };

  const tell = (troubles: Trouble[]): void => {
    const said = notification(troubles, RED);
    const options = {
      type: "warning",
      fixed: true,
      id: "holdfast-flows",
      buttons: [
        {
          text: t("operator.act.close"),
          click: putAway,
        },
      ],
    };
    putAway();
    notice = RED.notify(said, options);
  };

  const soon = (): void => {
    if (timer === undefined) timer = setTimeout(check, SOON_MS);
  };
  // It would lie over the dialog's buttons.
  RED.events.on("editor:open", putAway);
  for (const event of changes) RED.events.on(event, soon);
  RED.events.on("nodes:add", () => {
    added++;
  });
  for (const event of toldAt)
    RED.events.on(event, () => {
      telling = true;
      soon();
    });
  soon();
}

function textOf({ what, values }: Trouble): string {
  return t(`operator.flow.${what}`, values);
}

function notification(troubles: Trouble[], { nodes, view }: FlowEditor): HTMLElement {
  const place = document.createElement("div");
  const head = document.createElement("p");
  head.textContent = t("operator.flow.title");
  const list = document.createElement("ul");
  for (const trouble of troubles) {
    const item = document.createElement("li");
    const node = nodes.node(trouble.node);
    const link = document.createElement("a");
    link.href = "#";
    link.textContent = node?.name || node?.type || trouble.node;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      view.reveal(trouble.node);
    });
    item.append(link, `: ${textOf(trouble)}`);
    list.append(item);
  }
  place.append(head, list);
  return place;
}
