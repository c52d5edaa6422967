import assert from "node:assert/strict";
import { definitionOf, judge, nodeTypes } from "../support/editor-definition.ts";

const named = ["$", "{", "SETTING", "}"].join("");

/** What is no single text or number, so that no environment variable can stand for it. */
const isOne = (value: unknown): boolean => typeof value === "string" || typeof value === "number";

describe("a setting in the editor", () => {
  for (const type of nodeTypes) {
    const definition = definitionOf(type);
    const settings = Object.entries(definition.defaults).filter(
      ([, { value, validate, type: config }]) => validate && !config && isOne(value),
    );
    if (settings.length > 0)
      it(`of ${type} may name an environment variable, whichever it is`, () => {
        const whole = Object.fromEntries(
          Object.entries(definition.defaults).map(([name, { value }]) => [name, value]),
        );
        for (const [name] of settings)
          assert.equal(judge(definition, name, named, { ...whole, [name]: named }), true, `${type}: ${name}`);
      });
  }
});
