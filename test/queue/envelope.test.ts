import assert from "node:assert/strict";
import { packMessage, unpackMessage } from "../../src/queue/envelope.ts";

describe("a message in the queue", () => {
  for (const payload of [{ a: [1, "ü"] }, "plain text", "", 7, null, undefined, Buffer.from([0, 255])]) {
    it(`comes back with the payload ${payload instanceof Buffer ? "Buffer" : JSON.stringify(payload)}`, () => {
      const back = unpackMessage(packMessage({ _msgid: "1", topic: "t", payload }));
      assert.deepEqual(back, { topic: "t", payload });
    });
  }

  it("keeps the sender's own text to the byte", () => {
    const text = '{ "b": 1,  "a": 866550311766439020 }';
    const packed = packMessage({ payload: { b: 1, a: "866550311766439020" } }, text);
    assert.equal(packed.payload, text);
    assert.deepEqual(unpackMessage(packed).payload, { b: 1, a: "866550311766439020" });
  });

  it("leaves the HTTP request, the lease and the last failure behind", () => {
    const message = {
      topic: "t",
      payload: 1,
      req: {},
      res: {},
      queue: { lease: "x" },
      failure: {},
      error: {},
    };
    assert.deepEqual(unpackMessage(packMessage(message)), { topic: "t", payload: 1 });
  });
});
