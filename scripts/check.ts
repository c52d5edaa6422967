/** Types, lint and format: what must hold before anything is run. */
import { spawnSync } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");

function run(...command: string[]): boolean {
  const [program, ...args] = command;
  return spawnSync(program!, args, { cwd: root, stdio: "inherit" }).status === 0;
}

export function check(): boolean {
  const types = run(process.execPath, "node_modules/typescript/bin/tsc", "-p", ".");
  const lint = run(
    process.execPath,
    "node_modules/@biomejs/biome/bin/biome",
    "check",
    "--error-on-warnings",
    ".",
  );
  return types && lint;
}

if (import.meta.main) process.exit(check() ? 0 : 1);
