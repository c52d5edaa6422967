import { fileURLToPath } from "node:url";

/** Where the program for an operator is: beside this file in the source, beside the bundle in the package. */
export const queueFileProgram = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./queue-file.ts" : "./queue-file.js", import.meta.url),
);
