import { StringDecoder } from "node:string_decoder";
import { HoldfastError } from "../failure.ts";

/** A line longer than this is no event. */
const LONGEST = 64 * 1_048_576;

/** Cuts a stream of text into lines, without holding more than one line of it. Empty lines are left out. */
export async function* readLines(chunks: AsyncIterable<Buffer | string>): AsyncIterable<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === "string" ? chunk : decoder.write(chunk))).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST)
      throw new HoldfastError({
        class: "rejected",
        code: "bad_import",
        message: "A line of the import is longer than any event can be.",
        hint: "Import a file that was exported: one event a line.",
        source: "queue",
      });
    for (const line of lines) if (line.trim() !== "") yield line;
  }
  rest += decoder.end();
  if (rest.trim() !== "") yield rest;
}
