import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { openAsBlob, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { temporaryFolder } from "../support/temporary.ts";

const root = path.resolve(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  name: string;
  version: string;
  "node-red": { nodes: Record<string, string>; plugins?: Record<string, string> };
};

interface InstalledModule {
  name: string;
  version: string;
  nodes: { name: string; types: string[]; enabled: boolean; err?: string }[];
}

const node24 = process.execPath;
const node22 = path.join(root, "node_modules", "node-22", "bin", "node");

/** What `npm publish` would send, uploaded as "Manage palette → Install → Upload module" does. */
describe("the packed package, installed by the palette manager", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  let tarball: string;
  before(() => {
    // The build is there already, and tests beside this one read it.
    execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder.path], {
      cwd: root,
    });
    tarball = path.join(folder.path, readdirSync(folder.path).find((name) => name.endsWith(".tgz"))!);
  });
  after(() => folder.remove());

  for (const [version, node, label] of [
    [4, node22, "Node-RED 4.1 on Node.js 22"],
    [5, node24, "Node-RED 5 on Node.js 24"],
  ] as const)
    describe(label, () => {
      let nodeRed: NodeRedProcess;
      let installed: InstalledModule;
      let linesBefore: number;
      const launch = (): Promise<NodeRedProcess> =>
        launchNodeRed({
          version,
          node,
          packageRoot: null,
          userDir: path.join(folder.path, `node-red-${version}`),
          settings: { externalModules: { palette: { allowInstall: true, allowUpload: true } } },
        });
      before(async () => {
        nodeRed = await launch();
        linesBefore = nodeRed.log.length;
        const upload = new FormData();
        upload.append("tarball", await openAsBlob(tarball), path.basename(tarball));
        const response = await fetch(`${nodeRed.url}/nodes`, { method: "POST", body: upload });
        assert.equal(response.status, 200, await response.clone().text());
        installed = (await response.json()) as InstalledModule;
      });
      after(() => nodeRed?.stop());

      const ours = (): InstalledModule["nodes"] =>
        installed.nodes.filter(({ name }) => name in manifest["node-red"].nodes);

      it("loads every node, without an error", () => {
        assert.equal(installed.name, manifest.name);
        assert.deepEqual(
          ours()
            .map(({ name }) => name)
            .sort(),
          Object.keys(manifest["node-red"].nodes).sort(),
        );
        for (const set of ours()) {
          assert.equal(set.err, undefined, `${set.name}: ${set.err}`);
          assert.equal(set.enabled, true, set.name);
          assert.deepEqual(set.types, [set.name]);
        }
      });

      it("compiles nothing and warns of nothing", () => {
        assert.deepEqual(
          nodeRed.log.slice(linesBefore).filter((line) => /\[(warn|error)\]|gyp|deprecat/i.test(line)),
          [],
        );
      });

      it("offers its flows under Import → Examples", async () => {
        const url = `${nodeRed.url}/library/examples/flows/${manifest.name}/`;
        const shelf = (await (await fetch(url)).json()) as (string | { fn: string })[];
        const offered = JSON.stringify(shelf);
        for (const file of readdirSync(path.join(root, "examples")))
          assert.ok(offered.includes(path.basename(file, ".json")), `${file} in ${offered}`);
      });

      it("is still there after a restart", async () => {
        await nodeRed.stop();
        nodeRed = await launch();
        const response = await fetch(`${nodeRed.url}/nodes/${manifest.name}`, {
          headers: { Accept: "application/json" },
        });
        installed = (await response.json()) as InstalledModule;
        assert.equal(installed.version, manifest.version);
        assert.deepEqual(
          ours()
            .filter(({ err, enabled }) => err || !enabled)
            .map(({ name }) => name),
          [],
        );
      });
    });
});
