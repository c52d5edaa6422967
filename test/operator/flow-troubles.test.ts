import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import type { FlowNode } from "../../nodes/operator/page/flow-graph.ts";
import { troublesOf } from "../../nodes/operator/page/flow-troubles.ts";
import { exampleFlow } from "../support/flow.ts";

type Given = Partial<FlowNode> & { type: string };

/** Nodes by id, on tab "t" unless they say otherwise. */
function flowOf(nodes: Record<string, Given>, tabs: Given[] = []): FlowNode[] {
  const places = [{ id: "t", type: "tab", label: "Orders" }, ...tabs];
  return [
    ...(places as FlowNode[]),
    ...Object.entries(nodes).map(([id, node]): FlowNode => ({ id, z: "t", ...node })),
  ];
}

/** As it should be: webhook → queue → mapping → Odoo; Catch → retry → dead letter. */
const sound: Record<string, Given> = {
  in: { type: "shopify-webhook-in", wires: [["queue"]] },
  queue: { type: "durable-queue", queue: "orders", wires: [[], ["map"]] },
  map: { type: "shopify-to-odoo", wires: [["write"]] },
  write: { type: "odoo-write", wires: [[]] },
  catch: { type: "catch", scope: null, wires: [["retry"]] },
  retry: { type: "retry-backoff", wires: [[], ["dead"]] },
  dead: { type: "dead-letter", wires: [[]] },
};

const found = (flow: FlowNode[]): string[] => troublesOf(flow).map(({ node, what }) => `${node} ${what}`);
const changed = (nodes: Record<string, Given>, tabs?: Given[]): string[] =>
  found(flowOf({ ...sound, ...nodes }, tabs));

describe("a flow that could lose or stall events", () => {
  const examples = readdirSync(path.resolve(import.meta.dirname, "..", "..", "examples"), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.replace(/\.json$/, ""));
  for (const example of examples)
    it(`is none of ours: ${example}`, () => {
      assert.deepEqual(troublesOf(exampleFlow(example) as unknown as FlowNode[]), []);
    });

  it("is not one that is as it should be", () => {
    assert.deepEqual(changed({}), []);
  });

  describe("has a queue whose events nothing ends", () => {
    it("because its lower output leads nowhere, or to nodes that end none", () => {
      assert.deepEqual(changed({ queue: { ...sound.queue!, wires: [["map"], []] } }), ["queue unsettled"]);
      assert.deepEqual(changed({ map: { type: "debug" } }), ["queue unsettled"]);
      assert.deepEqual(changed({ write: { type: "odoo-write", settles: false, wires: [[]] } }), [
        "queue unsettled",
      ]);
    });

    it("because what would end them is disabled", () => {
      assert.deepEqual(changed({ write: { ...sound.write!, d: true } }), ["queue unsettled"]);
      assert.deepEqual(changed({ map: { ...sound.map!, d: true } }), ["queue unsettled"]);
    });

    it("but not where they are ended by any of those that can, or nothing is delivered here", () => {
      for (const type of ["shopify-write", "queue-ack"])
        assert.deepEqual(changed({ write: { type, wires: [[]] } }), []);
      assert.deepEqual(changed({ queue: { ...sound.queue!, role: "receive", wires: [[], []] } }), []);
    });

    it("but not where they are ended behind links, junctions, on other tabs or in subflows", () => {
      assert.deepEqual(
        changed(
          {
            map: { type: "link out", links: ["there"] },
            there: { type: "link in", z: "t2", wires: [["joint"]] },
            joint: { type: "junction", z: "t2", wires: [["end"]] },
            end: { type: "queue-ack", z: "t2", wires: [[]] },
            catch2: { type: "catch", z: "t2", scope: null, wires: [["retry"]] },
          },
          [{ id: "t2", type: "tab", label: "Other" }],
        ),
        [],
      );
      const subflow: Given = {
        id: "sub",
        type: "subflow",
        in: [{ wires: [{ id: "inner" }] }],
        out: [{ wires: [{ id: "inner", port: 0 }] }],
      };
      const inner: Given = { type: "function", z: "sub", wires: [[]] };
      assert.deepEqual(changed({ map: { type: "subflow:sub", wires: [["write"]] }, inner }, [subflow]), []);
      assert.deepEqual(changed({ map: { type: "subflow:sub", wires: [[]] }, inner }, [subflow]), [
        "queue unsettled",
      ]);
      const within: Given = { type: "queue-ack", z: "sub", wires: [[]] };
      assert.deepEqual(changed({ map: { type: "subflow:sub", wires: [[]] }, inner: within }, [subflow]), []);
    });

    it("but not where a link call asks for what ends them, or only the running flow knows", () => {
      const call: Given = { type: "link call", linkType: "static", links: ["asked"], wires: [["write"]] };
      const asked: Given = { type: "link in", wires: [["back"]] };
      const back: Given = { type: "link out", mode: "return", links: [] };
      assert.deepEqual(changed({ map: call, asked, back }), []);
      assert.deepEqual(changed({ map: { ...call, wires: [[]] }, asked, back }), ["queue unsettled"]);
      assert.deepEqual(changed({ map: { type: "link call", linkType: "dynamic", wires: [[]] } }), []);
    });

    it("and is in a subflow that hands them on to the tab", () => {
      const place: Given = {
        id: "sub",
        type: "subflow",
        in: [],
        out: [{ wires: [{ id: "queue", port: 1 }] }],
      };
      const queue: Given = { ...sound.queue!, z: "sub", wires: [[], []] };
      const instance = (wires: string[][]): Given => ({ type: "subflow:sub", wires });
      const { in: _in, ...rest } = sound;
      const of = (wires: string[][]) => found(flowOf({ ...rest, queue, instance: instance(wires) }, [place]));
      assert.deepEqual(of([["map"]]), []);
      assert.deepEqual(of([[]]), ["queue unsettled"]);
      assert.deepEqual(found(flowOf({ ...rest, queue }, [place])), [], "nobody uses the subflow");
    });
  });

  describe("does not catch what fails", () => {
    it("because there is no Catch, it is disabled, or it leads to no retry-backoff", () => {
      assert.deepEqual(changed({ catch: { type: "comment" } }), ["queue uncaught"]);
      assert.deepEqual(changed({ catch: { ...sound.catch!, d: true } }), ["queue uncaught"]);
      assert.deepEqual(changed({ catch: { ...sound.catch!, wires: [["dead"]] } }), ["queue uncaught"]);
      const [trouble] = troublesOf(flowOf({ ...sound, catch: { type: "comment" } }));
      assert.deepEqual(trouble!.values, { tab: "Orders" });
    });

    it("because the Catch is for other nodes, or another group", () => {
      assert.deepEqual(changed({ catch: { ...sound.catch!, scope: ["write"] } }), ["queue uncaught"]);
      assert.deepEqual(changed({ catch: { ...sound.catch!, scope: ["write", "map"] } }), []);
      const group: Given = { type: "group" };
      const inner: Given = { type: "group", g: "outer" };
      const catcher: Given = { ...sound.catch!, scope: "group", g: "outer" };
      const grouped = (g: string) => ({
        outer: group,
        inner,
        catch: catcher,
        map: { ...sound.map!, g },
        write: { ...sound.write!, g },
      });
      assert.deepEqual(changed(grouped("inner")), []);
      assert.deepEqual(changed(grouped("elsewhere")), ["queue uncaught"]);
    });

    it("on one of the tabs that its events come to", () => {
      const flow = flowOf(
        {
          ...sound,
          map: { type: "link out", links: ["there"] },
          there: { type: "link in", z: "t2", wires: [["end"]] },
          end: { type: "odoo-write", z: "t2", wires: [[]] },
        },
        [{ id: "t2", type: "tab", label: "Writing" }],
      );
      assert.deepEqual(troublesOf(flow), [{ node: "queue", what: "uncaught", values: { tab: "Writing" } }]);
    });

    it("but only on the way to an event's end, not of what is done with it afterwards", () => {
      const after: Record<string, Given> = {
        write: { ...sound.write!, wires: [["report"]] },
        report: { type: "link out", links: ["there"] },
        there: { type: "link in", z: "t2", wires: [["count"]] },
        count: { type: "function", z: "t2", wires: [[]] },
      };
      const other: Given[] = [{ id: "t2", type: "tab", label: "Reports" }];
      assert.deepEqual(changed(after, other), []);
      const second: Record<string, Given> = {
        ...after,
        write: { ...after.write!, settles: false },
        count: { type: "shopify-write", z: "t2", wires: [[]] },
      };
      assert.deepEqual(changed(second, other), ["queue uncaught"]);
    });

    it("in a subflow, unless it or the tab around it does", () => {
      const subflow: Given = { id: "sub", type: "subflow", in: [{ wires: [{ id: "inner" }] }], out: [] };
      const inner: Given = { type: "odoo-write", z: "sub", wires: [[]] };
      const around = { map: { type: "subflow:sub", wires: [] }, inner };
      assert.deepEqual(changed(around, [subflow]), []);
      assert.deepEqual(changed({ ...around, catch: { type: "comment" } }, [subflow]), ["queue uncaught"]);
    });
  });

  it("gives up without telling anybody", () => {
    assert.deepEqual(changed({ retry: { type: "retry-backoff", wires: [["dead"], []] } }), [
      "retry noDeadLetter",
    ]);
    assert.deepEqual(changed({ dead: { type: "debug" } }), ["retry noDeadLetter"]);
    const through: Record<string, Given> = {
      retry: { type: "retry-backoff", wires: [[], ["switch"]] },
      switch: { type: "switch", wires: [[], ["dead"]] },
    };
    assert.deepEqual(changed(through), []);
  });

  it("has two queues of one name, of which only one can run", () => {
    const second: Given = { ...sound.queue!, deadHoldsKey: false } as Given;
    assert.deepEqual(changed({ second }), ["queue sameName", "second sameName"]);
    assert.deepEqual(changed({ second: { ...second, d: true } }), []);
    assert.deepEqual(changed({ second: { ...second, queue: "stock" } }), []);
    const off: Given = { id: "off", type: "tab", disabled: true };
    assert.deepEqual(changed({ second: { ...second, z: "off" } }, [off]), []);
  });

  it("takes webhooks that no queue stores", () => {
    assert.deepEqual(changed({ in: { ...sound.in!, wires: [[]] } }), ["in notStored"]);
    assert.deepEqual(changed({ in: { ...sound.in!, wires: [["map"]] } }), ["in notStored"]);
    assert.deepEqual(
      changed({
        in: { ...sound.in!, wires: [["mark"]] },
        mark: { type: "change", wires: [["queue"]] },
      }),
      [],
    );
    assert.deepEqual(changed({ queue: { ...sound.queue!, role: "work" } }), ["in notStored"]);
  });

  it("ends, however its links and subflows go round", () => {
    const loop = (from: string): Given => ({
      id: from,
      type: "subflow",
      in: [{ wires: [{ id: `${from}-in` }] }],
      out: [{ wires: [{ id: `${from}-in`, port: 0 }] }],
    });
    assert.deepEqual(
      changed(
        {
          map: { type: "subflow:a", wires: [["map"]] },
          "a-in": { type: "subflow:b", z: "a", wires: [["a-in"]] },
          "b-in": { type: "subflow:a", z: "b", wires: [["b-in"]] },
        },
        [loop("a"), loop("b")],
      ),
      ["queue unsettled"],
    );
  });
});
