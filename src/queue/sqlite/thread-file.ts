/** Where a thread's code is: beside this file in the source, beside the bundle in the package. */
function threadFile(name: string): URL {
  const inSource = import.meta.url.endsWith(".ts");
  return new URL(inSource ? `./${name}.ts` : `./queue-${name}.js`, import.meta.url);
}

export const queueThread = threadFile("thread");
export const checkpointThread = threadFile("checkpoint-thread");
