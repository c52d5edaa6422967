import assert from "node:assert/strict";
import { languageFor } from "../../nodes/operator/language.ts";
import { number, setTexts, t, time } from "../../nodes/operator/page/texts.ts";

describe("the operator page's language", () => {
  const have = ["de", "en-US", "es-ES", "fr"];

  it("is the first that the browser asks for and that there is", () => {
    assert.equal(languageFor("", "it,fr;q=0.9,de;q=0.8", have), "fr");
  });

  it("is a country's own, where its language is there", () => {
    assert.equal(languageFor("", "es-MX,es;q=0.9", have), "es-ES");
    assert.equal(languageFor("", "de-AT", have), "de");
    assert.equal(languageFor("", "en-GB,de;q=0.5", have), "en-US");
  });

  it("is what somebody chose in the editor, before the browser's", () => {
    assert.equal(languageFor("de", "fr", have), "de");
  });

  it("is English, where none is there", () => {
    assert.equal(languageFor("", "it", have), "en-US");
    assert.equal(languageFor("", "", have), "en-US");
    assert.equal(languageFor("../de", "*", have), "en-US");
  });
});

describe("the operator page's texts in another language", () => {
  const texts = { gone_one: "__count__ événement", gone_other: "__count__ événements" };
  before(() => setTexts(texts, "fr"));
  after(() => setTexts({}, "en-US"));

  it("count as that language does", () => {
    assert.equal(t("gone", { count: 0 }), "0 événement");
    assert.equal(t("gone", { count: 2 }), "2 événements");
    assert.match(t("gone", { count: 1_000_000 }), /^1\D000\D000 événements$/);
  });

  it("write numbers and times as that language does", () => {
    assert.equal(number(0.5), "0,5");
    assert.match(time(Date.UTC(2020, 6, 14, 12)), /juil\. 2020/);
  });
});
