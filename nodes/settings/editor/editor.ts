/** What this uses of the editor's own API. */
export interface Editor {
  _(key: string, values?: Record<string, unknown>): string;
  events: { on(event: string, listener: (subject: never) => void): void };
  nodes: {
    getType(type: string): Definition | undefined;
    node(id: string): EditorNode | null;
    dirty(is: boolean): void;
  };
  view: { redraw(): void; reveal(id: string): void };
  utils: { validateTypedProperty(value: string, type: string): true | string };
  notify(message: HTMLElement, options: object): { close(): void };
}

interface Property {
  value?: unknown;
  type?: string;
  validate?: (value: unknown, options: object) => true | string;
}

export interface Definition {
  category: string;
  defaults?: Record<string, Property>;
  oneditprepare?: (this: EditorNode) => void;
  oneditsave?: (this: EditorNode) => unknown;
}

export interface EditorNode {
  id: string;
  type: string;
  name?: string;
  changed?: boolean;
  dirty?: boolean;
  configVersion?: number;
  _def: Definition;
  [setting: string]: unknown;
}

const shared = "@holdfast/node-red-shopify-odoo";

/** A text that the dialogs of all nodes share. */
export function text(RED: Editor, key: string, values: Record<string, unknown> = {}): string {
  return RED._(`${shared}/operator:${key}`, values);
}

/** What a dialog calls a setting; null where it has no name there. */
export function labelOf(RED: Editor, type: string, field: string): string | null {
  const key = `${type}.label.${field}`;
  const label = RED._(`${shared}/${type}:${key}`);
  return label.endsWith(key) ? null : label;
}

/** Our own nodes have a version of their settings. */
export function isOurs({ defaults = {} }: Definition): boolean {
  return "configVersion" in defaults;
}

/** The form of the dialog that is open for a node. */
export function formOf(node: EditorNode): HTMLElement | null {
  return document.getElementById(`${prefixOf(node)}-name`)?.closest<HTMLElement>(".holdfast") ?? null;
}

/** What the ids of a dialog's fields begin with. */
export function prefixOf({ _def }: EditorNode): string {
  return _def.category === "config" ? "node-config-input" : "node-input";
}
