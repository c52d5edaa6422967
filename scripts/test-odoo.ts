/** `npm run test:odoo`: the tests against a real Odoo; the one at ODOO_URL, or the rig's. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { buildPackage } from "./build.ts";
import { runMocha } from "./run-mocha.ts";

const rig = path.resolve(import.meta.dirname, "odoo-rig.sh");

function rigSays(command: string): string {
  const { status, stdout } = spawnSync(rig, [command], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${path.basename(rig)} ${command} failed.`);
  return stdout;
}

function rigEnvironment(): Record<string, string> {
  console.log("Bringing up a real Odoo (some minutes the first time) …");
  console.log(rigSays("up"));
  rigSays("reset");
  const lines = rigSays("env").matchAll(/^export (\w+)='?([^'\n]*)'?$/gm);
  return { ...Object.fromEntries([...lines].map(([, name, value]) => [name!, value!])), ODOO_RIG: rig };
}

const env = process.env.ODOO_URL ? {} : rigEnvironment();
await buildPackage();
const files = process.argv.slice(2);
const code = runMocha(files.length > 0 ? files : ["test/**/*.odoo.ts"], env);
if (!process.env.ODOO_URL) rigSays("stop");
process.exit(code);
