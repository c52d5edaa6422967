/**
 * `npm run test:odoo`: the tests against a real Odoo: `*.odoo.ts` against 19, `*.odoo14.ts` against 14, on the
 * rigs; or those of 19 against the one at ODOO_URL, or the files named.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { buildPackage } from "./build.ts";
import { runMocha } from "./run-mocha.ts";

const rig = path.resolve(import.meta.dirname, "odoo-rig.sh");

const suites = [
  { version: "19", files: "test/**/*.odoo.ts", has: (file: string) => !file.endsWith(".odoo14.ts") },
  { version: "14", files: "test/**/*.odoo14.ts", has: (file: string) => file.endsWith(".odoo14.ts") },
] as const;

/** Two rigs at once do not share a port: the second's is ten above the one that is set. */
function rigSettings(version: string): Record<string, string> {
  const port = process.env.ODOO_PORT;
  return {
    ODOO_RIG: rig,
    ODOO_VERSION: version,
    ...(port && { ODOO_PORT: version === "19" ? port : String(Number(port) + 10) }),
  };
}

async function rigSays(version: string, command: string): Promise<string> {
  const run = spawn(rig, [command], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...rigSettings(version) },
  });
  let said = "";
  run.stdout.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  const status = await new Promise((resolve) => run.on("close", resolve));
  if (status !== 0) throw new Error(`${path.basename(rig)} ${command} failed for Odoo ${version}.`);
  return said;
}

async function rigEnvironment(version: string): Promise<Record<string, string>> {
  await rigSays(version, "reset");
  const lines = (await rigSays(version, "env")).matchAll(/^export (\w+)='?([^'\n]*)'?$/gm);
  return {
    ...Object.fromEntries([...lines].map(([, name, value]) => [name!, value!])),
    ...rigSettings(version),
  };
}

const named = process.argv.slice(2);
await buildPackage();
if (process.env.ODOO_URL) {
  process.exit(runMocha(named.length > 0 ? named : [suites[0].files]));
}

const wanted = suites
  .map(({ version, files, has }) => ({ version, files: named.length > 0 ? named.filter(has) : [files] }))
  .filter(({ files }) => files.length > 0);

console.log(
  `Bringing up a real Odoo ${wanted.map(({ version }) => version).join(" and ")} (some minutes the first time) …`,
);
await Promise.all(wanted.map(({ version }) => rigSays(version, "up")));
let code = 0;
for (const { version, files } of wanted) {
  console.log(`Against a real Odoo ${version}:`);
  code = Math.max(code, runMocha(files, await rigEnvironment(version)));
  await rigSays(version, "stop");
}
process.exit(code);
