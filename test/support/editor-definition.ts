import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createContext, runInContext } from "node:vm";

export const root = path.resolve(import.meta.dirname, "..", "..");
const nodesFolder = path.join(root, "nodes");

/** The types of our nodes: a folder each. */
export const nodeTypes: string[] = readdirSync(nodesFolder).filter((name) =>
  existsSync(path.join(nodesFolder, name, `${name}.ts`)),
);

export interface Property {
  value?: unknown;
  type?: string;
  required?: boolean;
  label?: string;
  validate?: (value: unknown, options: object) => boolean | string;
}

/** What the inline script of a node's HTML registers. */
export interface Definition {
  category: string;
  color: string;
  icon: string;
  inputs?: number;
  outputs?: number;
  defaults: Record<string, Property>;
  credentials?: Record<string, Property>;
  label: (this: object) => string;
  paletteLabel?: string;
  [own: string]: unknown;
}

export interface EditorFiles {
  type: string;
  html: string;
  /** The one inline script. */
  script: string;
  template: string;
  help: string;
  locale: unknown;
}

export function editorFiles(type: string): EditorFiles {
  const folder = path.join(nodesFolder, type);
  const read = (...names: string[]): string => readFileSync(path.join(folder, ...names), "utf8");
  const html = read(`${type}.html`);
  const one = (pattern: RegExp): string => {
    const found = [...html.matchAll(pattern)];
    assert.equal(found.length, 1, `${type}.html has ${found.length} of ${pattern}`);
    return found[0]![1]!;
  };
  return {
    type,
    html,
    script: one(/<script type="text\/javascript">([\s\S]*?)<\/script>/g),
    template: one(/<script type="text\/html" data-template-name="[^"]+">([\s\S]*?)<\/script>/g),
    help: read("locales", "en-US", `${type}.html`),
    locale: JSON.parse(read("locales", "en-US", `${type}.json`)),
  };
}

/** The text of a key such as "durable-queue.label.store"; undefined when there is none. */
export function localeText(locale: unknown, key: string): string | undefined {
  let value = locale;
  for (const part of key.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return typeof value === "string" ? value : undefined;
}

/**
 * Runs a node's inline script as the editor would, without a browser.
 * @param flow the nodes around it. @throws Error for a missing text.
 */
export function definitionOf(type: string, flow: { id: string; type: string }[] = []): Definition {
  const translate = (owner: string, key: string, values: Record<string, unknown> = {}): string => {
    const text = localeText(editorFiles(owner).locale, key);
    assert.ok(text, `${owner} has no text ${key}`);
    return text.replace(/__(\w+?)__/g, (_all, name: string) => String(values[name]));
  };
  let registered: [string, Definition] | undefined;
  const RED = {
    settings: {},
    _: (key: string) => {
      const [namespace, name] = key.split(":") as [string, string];
      return translate(path.posix.basename(namespace), name);
    },
    validators: { typedInput: () => (_value: unknown, _options: object) => true },
    nodes: {
      registerType: (name: string, definition: Definition) => (registered = [name, definition]),
      node: (id: string) => flow.find((node) => node.id === id) ?? null,
    },
  };
  const window: Record<string, unknown> = {};
  const document = { createElement: () => ({}), head: { appendChild: () => undefined } };
  const context = createContext({ RED, window, document, $: () => ({ val: () => undefined }) });
  runInContext(readFileSync(path.join(root, "resources", "editor.js"), "utf8"), context);
  context.holdfast = window.holdfast;
  runInContext(editorFiles(type).script, context, { filename: `${type}.html` });
  assert.ok(registered, `${type}.html registers nothing`);
  assert.equal(registered[0], type);
  const definition = registered[1];
  definition._ = (key: string, values?: Record<string, unknown>) => translate(type, key, values);
  return definition;
}

/** What the editor would say to a value of a property: true, or the reason why not. */
export function judge(
  definition: Definition,
  property: string,
  value: unknown,
  node: object = {},
): boolean | string {
  const { validate, required } = definition.defaults[property]!;
  if (required && value === "") return "missing";
  return validate ? validate.call({ ...node, _def: definition }, value, {}) : true;
}
