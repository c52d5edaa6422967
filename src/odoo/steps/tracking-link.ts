import type { FoundLink, Link } from "../links.ts";

const linkName = "Shopify tracking";

/** The numbers of parcels in one text, as people and programs write them. */
export function numbersIn(text: string | false | null | undefined): string[] {
  return (text || "").split(/[\s,;]+/).filter((number) => number !== "");
}

/**
 * What a picking remembers of the numbers that Shopify knows, whoever wrote them here: another number is news, though it
 * was written under our own login. While one takes the place of another, both are known.
 */
export function trackingLink(externalId: string, picking: number, known: readonly string[]): Link {
  return {
    externalId: `${externalId}_tracking`,
    model: "stock.picking",
    id: picking,
    name: linkName,
    text: [...new Set(known)].join("\n"),
    url: null,
  };
}

/** @returns undefined where nothing was remembered: it was bound before there was such a link. */
export function knownNumbers(links: readonly FoundLink[] | undefined): string[] | undefined {
  return links?.find(({ name }) => name === linkName)?.text.split("\n");
}

/** Whether Shopify has to be told of these numbers; undefined where nobody can say. */
export function isNews(
  numbers: readonly string[],
  known: readonly string[] | undefined,
): boolean | undefined {
  if (known === undefined) return undefined;
  const text = (some: readonly string[]): string => some.join(", ");
  return numbers.length > 0 && !known.some((one) => text(numbersIn(one)) === text(numbers));
}
