/** Where the thread's code is: beside this file in the source, beside the bundle in the package. */
export const threadFile = new URL(
  import.meta.url.endsWith(".ts") ? "./thread.ts" : "./queue-thread.js",
  import.meta.url,
);
