import { spawnSync } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");

/** Runs mocha on the given files; returns its exit code. */
export function runMocha(files: string[], env: Record<string, string> = {}, options: string[] = []): number {
  const mocha = path.join(root, "node_modules", "mocha", "bin", "mocha.js");
  const run = spawnSync(process.execPath, [mocha, "--reporter", "dot", ...options, ...files], {
    cwd: root,
    stdio: "inherit",
    // Node-RED speaks the machine's language; the tests read English.
    env: { ...process.env, LC_ALL: "C.UTF-8", ...env },
  });
  return run.status ?? 1;
}
