const longest = 60;

/** A status under a node has room for a few words. */
export function statusText(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).trimEnd()}…`;
}
