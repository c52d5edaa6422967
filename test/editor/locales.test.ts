import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../support/editor-definition.ts";

const folder = path.join(root, "nodes");
const owners = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, "locales", "en-US")));

/** Node-RED's own names of its languages, and of the parts of a help. */
const languages: Record<string, Record<string, string>> = {
  de: { Inputs: "Eingangsdaten", Outputs: "Ausgangsdaten", Details: "Details", References: "Referenzen" },
  fr: { Inputs: "Entrées", Outputs: "Sorties", Details: "Détails", References: "Références" },
  "es-ES": { Inputs: "Entradas", Outputs: "Salidas", Details: "Detalles", References: "Referencias" },
};

/** What is not translated: names, and words that the language has in common with English. */
const names = [
  "Shopify → Odoo",
  "Odoo → Shopify",
  "Odoo",
  "Redis",
  "Odoo Online",
  "JSON-2",
  "XML-RPC",
  "Topics",
  "MB",
  "SKU",
  "Topic",
  "Payload",
  "s",
  "min",
  "dead letter",
  "odoo write",
  "queue ack",
  "retry backoff",
  "shopify to odoo",
  "shopify write",
  "shopify webhook",
  "shopify backfill",
];
const words: Record<string, string[]> = {
  de: ["Barcode", "SKU = Barcode", "Shop", "Tags", "Webhooks in Shopify"],
  fr: ["Interface", "Stock", "h", "minutes"],
  "es-ES": ["d", "h"],
};

for (const [language, headings] of Object.entries(languages))
  describe(`the texts in ${language}`, () => {
    for (const owner of owners)
      describe(owner, () => {
        const files = readdirSync(path.join(folder, owner, "locales", "en-US"));
        const read = (from: string, file: string): string => {
          const at = path.join(folder, owner, "locales", from, file);
          return existsSync(at) ? readFileSync(at, "utf8") : "";
        };
        const texts = (from: string): Map<string, string> =>
          new Map(flat(JSON.parse(read(from, `${owner}.json`) || "{}")));
        const english = texts("en-US");
        const translated = texts(language);
        const pairs = [...english].map(([key, text]) => ({ key, text, ours: translated.get(key) ?? "" }));

        it("have the keys of English, in its order", () => {
          assert.deepEqual([...translated.keys()], [...english.keys()]);
        });

        it("have the same places, code and tags in each", () => {
          for (const { key, text, ours } of pairs) {
            assert.deepEqual(places(ours), places(text), key);
            assert.deepEqual(code(ours), code(text), key);
            assert.deepEqual(tags(ours).sort(), tags(text).sort(), key);
          }
        });

        it("are translated", () => {
          const same = [...names, ...words[language]!];
          const left = pairs.filter(({ text, ours }) => {
            const said = plain(text);
            return ours === text && /\p{L}/u.test(said) && !same.includes(said);
          });
          assert.deepEqual(left, []);
        });

        it("say why a value is wrong under the label it stands in", () => {
          for (const { key, text, ours } of pairs.filter(({ key }) => key.includes(".invalid."))) {
            const label = labelled(english, text.split(":")[0]!);
            if (label) assert.equal(ours.split(/\s?:/)[0], translated.get(label), key);
          }
        });

        if (!files.includes(`${owner}.html`)) return;
        const help = read("en-US", `${owner}.html`);
        const ourHelp = read(language, `${owner}.html`);

        it("have help with the headings of English, in Node-RED's own words", () => {
          const expected = all(help, /<h3>(.*?)<\/h3>/g).map((heading) => headings[heading]);
          assert.deepEqual(all(ourHelp, /<h3>(.*?)<\/h3>/g), expected);
        });

        it("have help with the properties of English", () => {
          const properties = /<dt[^>]*>(.*?)<\/dt>/g;
          assert.deepEqual(all(ourHelp, properties), all(help, properties));
        });

        it("have help built like the English one", () => {
          assert.deepEqual(blocks(ourHelp), blocks(help));
          assert.deepEqual(code(ourHelp), code(help));
          assert.deepEqual(all(ourHelp, /<a href="(.*?)"/g), all(help, /<a href="(.*?)"/g));
          assert.deepEqual(all(ourHelp, /<pre>([\s\S]*?)<\/pre>/g), all(help, /<pre>([\s\S]*?)<\/pre>/g));
        });

        it("name the dialog's fields in the help as the dialog does", () => {
          const emphasis = /<[bi]>([\s\S]*?)<\/[bi]>/g;
          const [theirs, ours] = [all(help, emphasis).map(oneLine), all(ourHelp, emphasis).map(oneLine)];
          for (const name of theirs) {
            const meant = [...english]
              .filter(([, text]) => text === name)
              .map(([key]) => translated.get(key));
            if (meant.length > 0)
              assert.ok(
                ours.some((one) => meant.includes(one)),
                `${name}: ${meant.join(", ")}`,
              );
          }
        });
      });
  });

function flat(texts: object, prefix = ""): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "string" ? [[prefix + key, value]] : flat(value as object, `${prefix}${key}.`),
  );
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found]) => found!);
}

function places(text: string): string[] {
  return (text.match(/__\w+?__|\{\{.*?\}\}|\$\{\w+\}/g) ?? []).sort();
}

function code(text: string): string[] {
  return all(text, /<code>([\s\S]*?)<\/code>/g)
    .map(oneLine)
    .sort();
}

function tags(text: string): string[] {
  return text.match(/<\/?[a-z]\w*[^>]*>/g) ?? [];
}

/** What stands as a block, in its order; what is marked within a sentence may move. */
function blocks(help: string): string[] {
  return tags(help).filter((tag) => !/^<\/?(?:b|i|code|sup)>$/.test(tag));
}

/** Without what is not language: places and code. */
function plain(text: string): string {
  return oneLine(text.replace(/<code>[\s\S]*?<\/code>|<[^>]+>|__\w+?__/g, " "));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function labelled(texts: Map<string, string>, name: string): string | undefined {
  return [...texts].find(([key, text]) => key.includes(".label.") && text === name)?.[0];
}
