import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryFolder } from "../support/temporary.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** A file of somebody's own, in a project that has this package installed. */
function compile(source: string): { ok: boolean; said: string } {
  const folder = temporaryFolder();
  try {
    const scope = path.join(folder.path, "node_modules", "@holdfast");
    mkdirSync(scope, { recursive: true });
    symlinkSync(root, path.join(scope, "node-red-shopify-odoo"), "junction");
    symlinkSync(
      path.join(root, "node_modules/@types"),
      path.join(folder.path, "node_modules/@types"),
      "junction",
    );
    writeFileSync(path.join(folder.path, "own.ts"), source);
    const tsc = path.join(root, "node_modules/typescript/bin/tsc");
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--types", "node"];
    const run = spawnSync(process.execPath, [tsc, ...options, "own.ts"], {
      cwd: folder.path,
      encoding: "utf8",
    });
    return { ok: run.status === 0, said: run.stdout + run.stderr };
  } finally {
    folder.remove();
  }
}

describe("the types that the package ships", () => {
  it("serve a node of one's own, library checks included", () => {
    const { ok, said } = compile(`
      import { type Failure, failureOf, HoldfastError, type ImportPlan, orderToPlan } from "@holdfast/node-red-shopify-odoo";
      export function toPlan(payload: unknown): ImportPlan {
        const plan = orderToPlan(payload, { money: "shop" });
        plan.records.push({ model: "crm.tag", externalId: "tag_wholesale", values: { name: "Wholesale" } });
        return plan;
      }
      export const why = (thrown: unknown): Failure => thrown instanceof HoldfastError ? thrown.failure : failureOf(thrown, "flow");
    `);
    assert.ok(ok, said);
  });

  it("are the four that docs/own-nodes.md names first", () => {
    const { ok, said } = compile(`
      import type { Delivery, Failure, ImportPlan, ShopifyEvent } from "@holdfast/node-red-shopify-odoo";
      export const topic = (event: ShopifyEvent): string => event.topic;
      export const order = (delivery: Delivery): string => String(delivery.orderId);
      export const names = (plan: ImportPlan, failure: Failure): string[] => [plan.reference, failure.code];
    `);
    assert.ok(ok, said);
  });

  it("catch a mistake", () => {
    const { ok, said } = compile(`
      import { orderToPlan } from "@holdfast/node-red-shopify-odoo";
      export const reference: number = orderToPlan({}).reference;
    `);
    assert.ok(!ok);
    assert.match(said, /own\.ts.*'string' is not assignable to type 'number'/);
  });
});
