import { once } from "node:events";
import { parseArgs } from "node:util";
import { readLines } from "../lines.ts";
import { importEvents } from "../transfer.ts";
import { openEmbeddedDatabase } from "./database.ts";
import { salvageEvents } from "./salvage.ts";

/** A program for operators, without Node-RED: what a queue's file still has to do, out of it and into another. */
const usage = `Usage:
  node queue-file.js export FILE [--queue NAME] > events.ndjson
  node queue-file.js import FILE --queue NAME < events.ndjson

export  writes every open event and dead letter of a queue's file, one a line. It changes nothing in the file, reads
        around damage, and says on the standard error what it could not read. Stop the queue first.
import  puts such lines into a queue's file, made if need be. Twice the same lines double nothing.`;

/** 0: all of it. 1: nothing, or not all. 2: some events of a damaged file could not be read. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { queue: { type: "string" } },
  });
  const [command, file] = positionals;
  if (command === "export" && file !== undefined) return exportFile(file, values.queue);
  if (command === "import" && file !== undefined && values.queue) return importFile(file, values.queue);
  console.error(usage);
  return 1;
}

async function exportFile(file: string, queue: string | undefined): Promise<number> {
  let written = 0;
  let lost = 0;
  const events = salvageEvents(file, {
    ...(queue === undefined ? {} : { queue }),
    onLost: ({ seq, reference, topic, key, why }) => {
      lost++;
      console.error(`Lost: event ${seq}${known([reference, topic, key])}: ${why}.`);
    },
  });
  for await (const event of events) {
    written++;
    if (!process.stdout.write(`${JSON.stringify(event)}\n`)) await once(process.stdout, "drain");
  }
  console.error(`Written: ${written}. Lost: ${lost}.`);
  return lost > 0 ? 2 : 0;
}

async function importFile(file: string, queue: string): Promise<number> {
  const database = await openEmbeddedDatabase({ file });
  try {
    const { stored, duplicate } = await importEvents(database.queue(queue), readLines(process.stdin));
    console.error(`Stored: ${stored}. Already there: ${duplicate}.`);
    return 0;
  } finally {
    await database.close();
  }
}

function known(names: (string | null)[]): string {
  const said = names.filter((name) => name !== null && name !== "");
  return said.length ? ` (${said.join(", ")})` : "";
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
