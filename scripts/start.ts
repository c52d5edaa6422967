/** `npm start`: Node-RED with the shipped flow, on your accounts when they are set, on the sandbox otherwise. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { playInSandbox } from "../sandbox/demo.ts";
import { launchNodeRed, type NodeRedProcess } from "../sandbox/node-red.ts";
import { buildPackage } from "./build.ts";

const root = path.resolve(import.meta.dirname, "..");
const home = path.join(root, ".holdfast");
const required = [
  "SHOPIFY_SHOP",
  "SHOPIFY_WEBHOOK_SECRET",
  "SHOPIFY_ADMIN_TOKEN",
  "ODOO_URL",
  "ODOO_DB",
  "ODOO_LOGIN",
  "ODOO_API_KEY",
];
const optional = ["SHOPIFY_ADMIN_URL"];

const once = process.argv.includes("--once");
const port = Number(process.env.PORT || 1880);
const set = required.filter((name) => process.env[name]);
const flow = JSON.parse(
  readFileSync(path.join(root, "examples", "order-and-inventory-sync.json"), "utf8"),
) as object[];

if (set.length > 0 && set.length < required.length)
  leave(
    `Your accounts are set only in part. Missing: ${required.filter((name) => !set.includes(name)).join(", ")}.\n` +
      "Set them all to sync for real, or none of them for the sandbox.",
  );
if (once && set.length > 0)
  leave("--once plays the sandbox's flash sale; it does not go with accounts of your own.");

console.log("Building …");
await buildPackage();

let ended: (() => Promise<void>) | undefined;
let leaving = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, async () => {
    // A terminal's Ctrl+C comes twice: from the terminal, and passed on.
    if (leaving) return;
    leaving = true;
    await ended?.();
    process.exit(0);
  });

if (set.length === required.length) await runAccounts();
else await runSandbox();

/** The queue, the flow and its changes stay where they are between starts. */
async function runAccounts(): Promise<void> {
  const userDir = path.join(home, "node-red");
  const first = !existsSync(path.join(userDir, "flows.json"));
  const nodeRed = await start(userDir, {});
  if (first) await nodeRed.deploy(flow);
  console.log(`Shopify ${process.env.SHOPIFY_SHOP} → Odoo ${process.env.ODOO_URL}`);
  console.log(`Webhooks: POST ${nodeRed.url}/shopify/webhooks`);
  console.log(`Editor:   ${nodeRed.url}/`);
}

/** Afresh each time: the sandbox's Odoo forgets, so its queue must too. */
async function runSandbox(): Promise<void> {
  console.log("No accounts are set: playing a flash sale in the sandbox.");
  const userDir = path.join(home, "sandbox");
  rmSync(userDir, { recursive: true, force: true });
  const result = await playInSandbox({
    flow,
    launch: (env) => start(userDir, env),
    say: (line) => console.log(line),
    progress: showProgress,
    onStarted: (end) => {
      const stopNodeRed = ended;
      ended = async () => {
        await stopNodeRed?.();
        await end();
      };
    },
  });
  if (!once) {
    console.log(
      `\nThe editor stays open at ${result.url}/ — Ctrl+C ends it. Next time the sandbox starts afresh.`,
    );
    console.log(result.summary);
    return;
  }
  await ended?.();
  console.log(result.summary);
  process.exit(result.allWell ? 0 : 1);
}

async function start(userDir: string, env: Record<string, string>): Promise<NodeRedProcess> {
  mkdirSync(userDir, { recursive: true });
  const blank = Object.fromEntries(optional.map((name) => [name, process.env[name] ?? ""]));
  const nodeRed = await launchNodeRed({ userDir, port, env: { ...blank, ...env } }).catch((error: Error) =>
    leave(error.message),
  );
  let asked = false;
  ended = () => {
    asked = true;
    return nodeRed.stop();
  };
  nodeRed.process.once("exit", (code, signal) => {
    if (!asked)
      leave(`Node-RED ended (${signal ?? code}). What was acknowledged is in its queue; start again.`);
  });
  return nodeRed;
}

function showProgress(line: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${line}`);
  else console.log(line);
}

function leave(message: string): never {
  console.error(message);
  process.exit(2);
}
