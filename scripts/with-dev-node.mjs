// Runs a script on the project's own Node, whatever Node started npm; installs what is missing first.
// Plain JavaScript for an old Node: nothing else of the project can be loaded before this ran.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const lock = path.join(root, "package-lock.json");
const stamp = path.join(root, "node_modules", ".holdfast-installed");
const devNode = path.join(
  root,
  "node_modules",
  "node",
  "bin",
  process.platform === "win32" ? "node.exe" : "node",
);
const lockHash = createHash("sha256").update(readFileSync(lock)).digest("hex");

function installed() {
  return (
    existsSync(devNode) &&
    existsSync(stamp) &&
    statSync(stamp).size > 0 &&
    readFileSync(stamp, "utf8") === lockHash
  );
}

if (!installed()) {
  console.log("Installing what the project needs (once) …");
  const npm = spawnSync(
    "npm",
    ["ci", "--include=dev", "--ignore-scripts=false", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      stdio: "inherit",
      shell: process.platform === "win32",
    },
  );
  if (npm.status !== 0 || !existsSync(devNode)) {
    console.error("npm ci did not finish; see its message above.");
    process.exit(npm.status || 1);
  }
  writeFileSync(stamp, lockHash);
}

const [script, ...args] = process.argv.slice(2);
const child = spawn(devNode, [path.join(root, script), ...args], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, PATH: `${path.dirname(devNode)}${path.delimiter}${process.env.PATH}` },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
