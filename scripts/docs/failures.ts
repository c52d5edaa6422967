/** Every failure that the sources name, with its words. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { localeText } from "../../test/support/editor-definition.ts";
import { closing, literals, objectAround, parts } from "./source-text.ts";

const root = path.resolve(import.meta.dirname, "..", "..");

export interface KnownFailure {
  code: string;
  class: string;
  message: string;
  hint: string;
  /** Below the project: "src/odoo/errors.ts". */
  file: string;
}

const codePattern = /^[a-z][a-z0-9]*(_[a-z0-9…]+)*$/;

export function knownFailures(): KnownFailure[] {
  const sources = sourceFiles().map((file) => ({ file, text: readFileSync(path.join(root, file), "utf8") }));
  const helpers = sources.flatMap(({ file, text }) => helpersIn(file, text));
  const all = sources.flatMap(({ file, text }) => [
    ...inObjects(file, text),
    ...inTables(file, text),
    ...helpers.flatMap((helper) => inCalls(file, text, helper)),
  ]);
  // A helper's own object has no words; its calls have.
  const worded = new Set(all.filter(({ message }) => message).map(({ code }) => code));
  return all.filter(({ code, message }) => message !== "" || !worded.has(code));
}

function sourceFiles(): string[] {
  return ["src", "nodes"]
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter((file) => file.endsWith(".ts") && !file.includes("/page/"))
    .sort();
}

/** `{ class: "rejected", code: "no_key", message: …, hint: … }` */
function inObjects(file: string, text: string): KnownFailure[] {
  return [...text.matchAll(/(?<![\w.])code: (?!string|number)/g)].flatMap(({ index }) => {
    const object = parts(objectAround(text, index - 1));
    const value = (name: string): string =>
      object.find((part) => new RegExp(`^${name}:`).test(part))?.replace(/^\w+:\s*/, "") ?? "";
    const hint =
      value("hint") ||
      (/hint: ([\s\S]+?)\}/.exec(object.find((part) => /^\.\.\.\(.*hint/s.test(part)) ?? "")?.[1] ?? "");
    if (!object.some((part) => /^(message|hint)\b/.test(part))) return [];
    return literals(value("code"))
      .filter((code) => codePattern.test(code) && code !== "string")
      .map((code) => ({
        code,
        class: literals(value("class"))[0] ?? "",
        message: said(value("message"), text),
        hint: said(hint, text),
        file,
      }));
  });
}

/** `ECONNREFUSED: ["connect_refused", "refuses connections", "Check …"]` */
function inTables(file: string, text: string): KnownFailure[] {
  if (!text.includes("[code: string")) return [];
  const rows = text.matchAll(/\[\s*("[a-z_]+",\s*"[\s\S]*?")\s*,?\s*\]/g);
  return [...rows].map(([, inside]) => {
    const [code = "", message = "", hint = ""] = literals(inside!);
    return { code, class: "unavailable", message: `… ${message}`, hint, file };
  });
}

interface Helper {
  name: string;
  file: string;
  parameters: string[];
  class: string;
  /** Where the code is no parameter. */
  code: string;
}

/** Functions that make a failure of a code, or of words, that they are given. */
function helpersIn(file: string, text: string): Helper[] {
  const heads = text.matchAll(/function (\w+)\(((?:[^()]|\([^()]*\))*)\)[^{;]*(\{[^}]*\}[^{;]*)?\{/g);
  return [...heads].flatMap(({ 0: head, 1: name, 2: list, index }) => {
    const parameters = parts(list!).map((one) => one.replace(/[?:=][\s\S]*$/, "").trim());
    const body = text.slice(index + head.length, text.indexOf("\n}", index));
    const codes = [...body.matchAll(/code: "(\w+)"/g)].map(([, code]) => code!);
    const takesCode = parameters.includes("code");
    if (!takesCode && (codes.length !== 1 || !parameters.some((one) => worded.includes(one)))) return [];
    const kind = /class: "(\w+)"/.exec(body)?.[1] ?? "";
    return [{ name: name!, file, parameters, class: kind, code: takesCode ? "" : codes[0]! }];
  });
}

const worded = ["message", "what", "text", "why", "problem", "reason"];

function inCalls(file: string, text: string, helper: Helper): KnownFailure[] {
  const from = path.basename(helper.file).replace(".", "\\.");
  const imported = new RegExp(`import [^;]*\\b${helper.name}\\b[^;]*/${from}"`);
  if (file !== helper.file && !imported.test(text)) return [];
  const calls = text.matchAll(new RegExp(`(?<!function )\\b${helper.name}\\(`, "g"));
  return [...calls].flatMap(({ 0: head, index }) => {
    const open = index + head.length - 1;
    const given = parts(text.slice(open + 1, closing(text, open) - 1));
    const argument = (...names: string[]): string =>
      given[helper.parameters.findIndex((parameter) => names.includes(parameter))] ?? "";
    const codes = helper.code ? [helper.code] : literals(argument("code"));
    return codes
      .filter((code) => codePattern.test(code) && code !== "string")
      .map((code) => ({
        code,
        class: literals(argument("class", "kind"))[0] ?? helper.class,
        message: said(argument(...worded), text),
        hint: said(argument("hint"), text),
        file,
      }));
  });
}

/** The words of an expression: its literals, a text of the locale, or a constant of the same file. */
function said(expression: string, text: string): string {
  const key = /RED\._\("([\w.-]+)"/.exec(expression)?.[1];
  if (key !== undefined) return fromLocale(key).replace(/__\w+__/g, "…");
  if (/^\w+$/.test(expression.trim())) {
    const constant = new RegExp(`const ${expression.trim()} =\\s*(["\`])`).exec(text);
    if (constant) return literals(text.slice(constant.index, text.indexOf(";\n", constant.index)))[0] ?? "";
    return "";
  }
  const words = literals(expression).filter((literal) => literal.trim().length > 1);
  const longest = words.sort((one, other) => other.length - one.length)[0] ?? "";
  // A text of the locale, chosen at run time.
  return /^[\w-]+(\.[\w…-]+)+$/.test(longest) ? "" : longest;
}

function fromLocale(key: string): string {
  const type = key.split(".")[0]!;
  const locale = path.join(root, "nodes", type, "locales", "en-US", `${type}.json`);
  return localeText(JSON.parse(readFileSync(locale, "utf8")), key) ?? "";
}
