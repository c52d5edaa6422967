import assert from "node:assert/strict";
import type { FlowNode, Message } from "../../nodes/runtime/index.ts";
import {
  claimReceipt,
  expireReceipt,
  onlyTarget,
  openReceipt,
  unclaimedMessages,
  verbatimText,
} from "../../nodes/runtime/index.ts";

const text = '{ "id": 866550311766439020, "note": "as it came" }';
const parsed = () => ({ id: "866550311766439020", note: "as it came" });
const queue = { id: "queue" } as FlowNode;
const receipt = {
  deliveryId: "d1",
  text,
  straightTo: null,
  from: "receiver",
  message: () => ({ _msgid: "m1", payload: parsed() }) as unknown as Message,
  answer: () => {},
};

describe("the sender's own bytes", () => {
  const held = (straightTo: string | null, payload: unknown): string | null | undefined => {
    openReceipt("m1", { ...receipt, straightTo });
    const found = verbatimText({ _msgid: "m1", payload } as Message, queue);
    expireReceipt("m1");
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
    assert.equal(held(null, { ...parsed(), note: "changed" }), null);
    assert.equal(held("function", { order: parsed() }), null);
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

describe("a waiting webhook", () => {
  const opened = (): { statuses: number[] } => {
    const statuses: number[] = [];
    openReceipt("m1", { ...receipt, answer: (status) => void statuses.push(status) });
    return { statuses };
  };
  const message = (more: object = {}): Message =>
    ({ _msgid: "m1", payload: parsed(), ...more }) as unknown as Message;

  it("is answered 200 once all queues that got it have stored it", () => {
    const { statuses } = opened();
    const first = claimReceipt(message());
    const second = claimReceipt(message());
    first("stored");
    assert.deepEqual(statuses, []);
    second("stored");
    assert.deepEqual(statuses, [200]);
  });

  it("is answered 503 when one of them could not", () => {
    const { statuses } = opened();
    const first = claimReceipt(message());
    claimReceipt(message())("failed");
    first("stored");
    assert.deepEqual(statuses, [503]);
  });

  it("is sent again while no queue has got it, or only one that was closing", () => {
    const { statuses } = opened();
    const waiting = (from: string): unknown[] => unclaimedMessages(from).map(({ _msgid }) => _msgid);
    assert.deepEqual(waiting("receiver"), ["m1"]);
    assert.deepEqual(waiting("another receiver"), []);
    const closing = claimReceipt(message());
    assert.deepEqual(waiting("receiver"), []);
    assert.equal(closing("closed"), true);
    assert.deepEqual(waiting("receiver"), ["m1"]);
    claimReceipt(message())("stored");
    assert.deepEqual([waiting("receiver"), statuses], [[], [200]]);
    assert.equal(claimReceipt(message())("closed"), false, "nobody waits for it");
  });

  it("that was split on the way is answered 200 once all its parts are stored", () => {
    const { statuses } = opened();
    const part = (index: number): Message =>
      message({ _msgid: `part ${index}`, shopify: { webhookId: "d1" }, parts: { index, count: 2 } });
    claimReceipt(part(0))("stored");
    assert.deepEqual(statuses, []);
    claimReceipt(part(1))("stored");
    assert.deepEqual(statuses, [200]);
  });
});
