/**
 * Names, in order at any time: sorting 16,000 at once would keep every commit waiting for some 50 ms. The same name
 * may be in it twice.
 */
export interface SortedNames {
  add(name: string): void;
  all(): string[];
}

/** A longer chunk is halved; its tail is what an insertion moves. */
const LONGEST = 512;

export function sortedNames(): SortedNames {
  const chunks: string[][] = [[]];
  return {
    add: (name) => {
      const at = Math.max(0, placeOf(name, chunks.length, (i) => chunks[i]![0]!) - 1);
      const chunk = chunks[at]!;
      chunk.splice(
        placeOf(name, chunk.length, (i) => chunk[i]!),
        0,
        name,
      );
      if (chunk.length > LONGEST) chunks.splice(at + 1, 0, chunk.splice(LONGEST / 2));
    },
    all: () => chunks.flat(),
  };
}

/** How many of the sorted names come before this one, or are the same. */
function placeOf(name: string, length: number, nameAt: (i: number) => string): number {
  let from = 0;
  let to = length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (nameAt(middle) <= name) from = middle + 1;
    else to = middle;
  }
  return from;
}
