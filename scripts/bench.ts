/** Measures, and prints a table: `npm run bench`, or some rows by name: `npm run bench -- webhooks appends`. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { runBench } from "../bench/run.ts";

const args = process.argv.slice(2);
const profileFolder = args.includes("--profile")
  ? path.resolve(import.meta.dirname, "..", ".holdfast", "profiles")
  : null;
if (profileFolder) mkdirSync(profileFolder, { recursive: true });
const names = args.filter((arg) => !arg.startsWith("--"));
const fallsShort = await runBench({ names, profileFolder, say: (line) => console.error(line) });
process.exit(fallsShort ? 1 : 0);
