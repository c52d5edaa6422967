import assert from "node:assert/strict";
import type { FlowNode, Message } from "../../nodes/runtime/index.ts";
import { answerReceipt, onlyTarget, openReceipt, verbatimText } from "../../nodes/runtime/index.ts";

const text = '{ "id": 866550311766439020, "note": "as it came" }';
const parsed = () => ({ id: "866550311766439020", note: "as it came" });
const queue = { id: "queue" } as FlowNode;

describe("the sender's own bytes", () => {
  const held = (straightTo: string | null, payload: unknown): string | undefined => {
    openReceipt("m1", { text, straightTo, answer: () => {} });
    const found = verbatimText({ _msgid: "m1", payload } as Message, queue);
    answerReceipt("m1", 200);
    return found;
  };

  it("are stored when nothing stands between the receiver and the queue", () => {
    assert.equal(held("queue", parsed()), text);
  });

  it("are stored when what stands between left the payload alone, copied or not", () => {
    assert.equal(held(null, parsed()), text);
    assert.equal(held("function", parsed()), text);
  });

  it("are not stored when the flow changed the payload", () => {
    assert.equal(held(null, { ...parsed(), note: "changed" }), undefined);
    assert.equal(held("function", { order: parsed() }), undefined);
  });

  it("are those of one message alone", () => {
    assert.equal(verbatimText({ _msgid: "m1", payload: parsed() } as Message, queue), undefined);
  });

  it("go straight only where there is one wire", () => {
    const wired = (wires: string[][]) => onlyTarget({ wires } as unknown as FlowNode);
    assert.equal(wired([["queue"]]), "queue");
    assert.equal(wired([["queue", "debug"]]), null);
    assert.equal(wired([[]]), null);
  });
});
