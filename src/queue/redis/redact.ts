import type { Failure } from "../../failure.ts";
import type { HistoryEntry, Redaction } from "../event-store.ts";
import { withoutWords } from "../without-words.ts";
import { fromData, toData } from "./rows.ts";

type Ask = (name: "confess" | "redact", args: (string | number)[]) => Promise<unknown>;

/** Reads, rewrites, and writes only if nothing came between. */
export async function redactOne(ask: Ask, redaction: Redaction): Promise<"ok" | "changed" | "gone"> {
  const { id, was, words } = redaction;
  if (!/^[1-9]\d{0,15}$/.test(id)) return "gone";
  for (;;) {
    const known = (await ask("confess", [id])) as [string, string | null, string[]] | null;
    if (known === null) return "gone";
    const [data, failure, lines] = known;
    if (fromData(data).payload !== was) return "changed";
    const clean = failure === null ? null : withoutWords(JSON.parse(failure) as Failure, words);
    const answer = await ask("redact", [
      id,
      data,
      toData(redaction),
      failure ?? "",
      clean === null ? "" : JSON.stringify(clean),
      clean?.message ?? "",
      lines.length,
      lines.at(-1) ?? "",
      ...lines.map((line) => cleanLine(line, words)),
    ]);
    if (answer !== "again") return answer as "ok" | "gone";
  }
}

function cleanLine(line: string, words: string[]): string {
  const entry = JSON.parse(line) as HistoryEntry;
  // What it was before a person edited it says the same of the customer.
  if (entry.what === "edited") return JSON.stringify({ ...entry, reason: null });
  return entry.failure ? JSON.stringify({ ...entry, failure: withoutWords(entry.failure, words) }) : line;
}
