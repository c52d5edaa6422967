/** Builds dist/: one CommonJS file a node beside its HTML, locales and icons, over two shared files, and types. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type BuildOptions, build, type Plugin, stop } from "esbuild";

const root = path.resolve(import.meta.dirname, "..");
const nodesDir = path.join(root, "nodes");
const library = path.join(root, "src", "index.ts");
const runtime = path.join(nodesDir, "runtime", "index.ts");
const queueFile = path.join(root, "src", "queue", "sqlite", "queue-file.ts");
const queueThread = path.join(root, "src", "queue", "sqlite", "thread.ts");
const checkpointThread = path.join(root, "src", "queue", "sqlite", "checkpoint-thread.ts");

const operatorDir = path.join(nodesDir, "operator");

/** Folders of nodes/ that hold a node: those with a file of their own name. */
export const nodeNames: string[] = readdirSync(nodesDir).filter((name) =>
  existsSync(path.join(nodesDir, name, `${name}.ts`)),
);

// Leases, routes and open databases live once in the process, so nodes share two files instead of copies.
const sharedFiles: Plugin = {
  name: "shared-files",
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\.?\// }, ({ path: specifier, importer, kind }) => {
      if (kind === "entry-point") return undefined;
      const target = path.resolve(path.dirname(importer), specifier);
      if (target === library && !importer.startsWith(path.dirname(library)))
        return { path: "./index.js", external: true };
      if (target === runtime) return { path: "./runtime.js", external: true };
      if (target.startsWith(path.dirname(library)) && importer.startsWith(nodesDir))
        return {
          errors: [{ text: `${path.relative(root, importer)} must import src/index.ts, not ${specifier}` }],
        };
      return undefined;
    });
  },
};

const common = {
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  packages: "external",
  plugins: [sharedFiles],
  define: { "import.meta.url": "__moduleUrl" },
  banner: { js: 'const __moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
  logLevel: "warning",
} satisfies BuildOptions;

/** @param dist where to; a private copy is safe from the next build. */
export async function buildPackage(dist = path.join(root, "dist")): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  await build({
    ...common,
    outdir: dist,
    entryPoints: [
      { in: library, out: "index" },
      { in: runtime, out: "runtime" },
      { in: queueThread, out: "queue-thread" },
      { in: checkpointThread, out: "queue-checkpoint-thread" },
      { in: queueFile, out: "queue-file" },
    ],
  });
  await build({
    ...common,
    outdir: dist,
    entryPoints: nodeNames.map((name) => ({ in: path.join(nodesDir, name, `${name}.ts`), out: name })),
    // Node-RED wants the function itself as the module.
    footer: { js: "module.exports = module.exports.default;" },
  });
  await build({
    ...common,
    outdir: dist,
    entryPoints: [{ in: path.join(operatorDir, "plugin.ts"), out: "operator" }],
    footer: { js: "module.exports = module.exports.default;" },
  });
  await build({
    bundle: true,
    platform: "browser",
    target: "es2022",
    format: "iife",
    charset: "utf8",
    logLevel: "warning",
    outfile: path.join(dist, "operator.page.js"),
    entryPoints: [path.join(operatorDir, "page", "index.ts")],
  });
  await build({
    bundle: true,
    platform: "browser",
    target: "es2022",
    format: "iife",
    charset: "utf8",
    logLevel: "warning",
    // The editor loads scripts from there only.
    outfile: path.join(root, "resources", "settings.js"),
    entryPoints: [path.join(nodesDir, "settings", "editor", "index.ts")],
  });
  await stop();
  copyOperatorFiles(dist);
  writeTypes(path.join(dist, "types"));
  for (const name of nodeNames) copyEditorFiles(name, dist);
  // Node-RED's own Spanish is es-ES; a runtime whose `lang` is "es" looks for exactly that.
  cpSync(path.join(dist, "locales", "es-ES"), path.join(dist, "locales", "es"), { recursive: true });
  cpSync(path.join(root, "icons"), path.join(dist, "icons"), { recursive: true });
  // The package is ESM for its own development; what it ships is CommonJS.
  writeFileSync(path.join(dist, "package.json"), '{ "type": "commonjs" }\n');
}

/** For those who write their own nodes in TypeScript. */
function writeTypes(outDir: string): void {
  const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
  const run = spawnSync(process.execPath, [tsc, "-p", "tsconfig.types.json", "--outDir", outDir], {
    cwd: root,
    stdio: "inherit",
  });
  if (run.status !== 0) throw new Error("Writing the type declarations failed; see above.");
}

function copyOperatorFiles(dist: string): void {
  const copy = (from: string, to: string): void =>
    cpSync(path.join(operatorDir, from), path.join(dist, to), { recursive: true });
  copy("plugin.html", "operator.html");
  copy("page.html", "operator.page.html");
  copy(path.join("page", "operator.css"), "operator.page.css");
  copy("locales", "locales");
}

function copyEditorFiles(name: string, dist: string): void {
  const folder = path.join(nodesDir, name);
  cpSync(path.join(folder, `${name}.html`), path.join(dist, `${name}.html`));
  const locales = path.join(folder, "locales");
  if (existsSync(locales)) cpSync(locales, path.join(dist, "locales"), { recursive: true });
}

if (import.meta.main) await buildPackage();
