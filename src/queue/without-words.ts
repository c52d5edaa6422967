import type { Failure } from "../failure.ts";

const REMOVED = "[removed]";

/** A failure that no longer says any of the words, in whatever case they stood there. */
export function withoutWords(failure: Failure, words: string[]): Failure {
  const clean = (text: string) => removeWords(text, words);
  return {
    ...failure,
    message: clean(failure.message),
    ...(failure.hint === undefined ? {} : { hint: clean(failure.hint) }),
  };
}

/** A text with each of the words replaced; longer ones first, so that none is left in pieces. */
export function removeWords(text: string, words: string[]): string {
  const wanted = words.filter((word) => word !== "").sort((a, b) => b.length - a.length);
  if (wanted.length === 0) return text;
  const any = new RegExp(wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "giu");
  return text.replace(any, REMOVED);
}
