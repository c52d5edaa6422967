import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { servePage } from "../../nodes/operator/page-files.ts";
import { routes } from "../../nodes/operator/routes.ts";
import { type Runtime, serveAdminApi } from "../../nodes/runtime/index.ts";

const root = path.resolve(import.meta.dirname, "..", "..");
interface Operation {
  security?: { token?: string[] }[];
  responses: Record<string, object>;
}
const document = JSON.parse(readFileSync(path.join(root, "docs", "operator-api.json"), "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};

/** Everything that is served below Node-RED's admin root, and the permission it asks for. */
function served(): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  const add = (method: string, route: string, permission: string | undefined): void => {
    const name = `${method} ${route.replace(/:(\w+)/g, (_, part) => `{${part === "name" ? "queue" : part}}`)}`;
    assert.ok(!found.has(name), `${name} is served twice`);
    found.set(name, permission);
  };
  const record =
    (method: string) =>
    (route: string, ...handlers: { permission?: string }[]): void =>
      add(method, route, handlers[0]?.permission);
  const RED = {
    settings: {},
    httpAdmin: { get: record("get"), post: record("post") },
    auth: { needsPermission: (permission: string) => Object.assign(() => {}, { permission }) },
  } as unknown as Runtime;
  serveAdminApi(RED);
  servePage(RED, root);
  for (const { method, path, needs } of routes) add(method, `/holdfast${path}`, needs);
  return found;
}

describe("the operator API's document", () => {
  const documented = new Map(
    Object.entries(document.paths).flatMap(([route, operations]) =>
      Object.entries(operations).map(([method, operation]) => [`${method} ${route}`, operation]),
    ),
  );

  it("describes every route, and no other", () => {
    assert.deepEqual([...documented.keys()].toSorted(), [...served().keys()].toSorted());
  });

  it("says which permission each needs", () => {
    for (const [name, permission] of served())
      assert.deepEqual(documented.get(name)?.security, permission ? [{ token: [permission] }] : [], name);
  });

  it("names no schema that it does not give", () => {
    for (const [, name] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g))
      assert.ok(document.components.schemas[name!], name);
  });
});
