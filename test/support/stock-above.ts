/** From when until when, in milliseconds since 1970. */
export interface Span {
  from: number;
  until: number;
}

/** A time in which Shopify offered more at one place than there was. */
export interface Above extends Span {
  sku: string;
  at: number;
  offers: number;
  has: number;
}

/** What was on its way, and so may be why a number was not yet the last one. */
export interface Pending extends Span {
  /** For people. */
  what: string;
  /** Of which product; null: of all. */
  sku: string | null;
  /** At which place; null: at all. */
  at: number | null;
  /** Odoo has to hear of what this changed, and Shopify of that, after it ended. */
  heard: boolean;
  /** A number on its way to Shopify: who tells it has heard. */
  tells?: boolean;
}

/** How long a change in Odoo may take until it is heard of. */
export interface Hearing {
  /** So much later it is read a second time, for it may have been told too early: what is told then is right. */
  againMs: number;
  /** By then it is found even where its push was lost. */
  latestMs: number;
}

export interface Explained {
  explained: number;
  unexplained: string[];
  longestMs: number;
  /** The longest stretch in which only the hearing of a change in Odoo was pending. */
  longestHearingMs: number;
}

/** As far apart as two looks, and the clocks of two processes. */
const slackMs = 150;

/**
 * Holds the times above against what was pending: each moment has to lie within something that was on its way about
 * this very product and place, or before a change in Odoo was heard of.
 */
export function explain(
  above: readonly Above[],
  pending: readonly Pending[],
  { hearing, nameOf }: { hearing: Hearing; nameOf(at: number): string },
): Explained {
  const result: Explained = { explained: 0, unexplained: [], longestMs: 0, longestHearingMs: 0 };
  for (const one of above) {
    const about = pending.filter(
      ({ sku, at }) => (sku === null || sku === one.sku) && (at === null || at === one.at),
    );
    const told = about.flatMap(({ tells, from }) => (tells ? [from] : []));
    const heard = about.map((span) => (span.heard ? { ...span, until: heardAt(span, told, hearing) } : span));
    const bare = gapOf(one, heard);
    result.longestMs = Math.max(result.longestMs, lengthOf(one));
    if (bare.until - bare.from <= slackMs) {
      result.explained++;
      result.longestHearingMs = Math.max(result.longestHearingMs, lengthOf(gapOf(one, about)));
      continue;
    }
    const last = about.filter(({ until }) => until <= bare.from).sort((a, b) => b.until - a.until)[0];
    result.unexplained.push(
      `${one.sku} at ${nameOf(one.at)}: Shopify offered ${one.offers}, there were ${one.has}, ` +
        `for ${lengthOf(one)} ms, ${lengthOf(bare)} of them with nothing on its way, ` +
        (last ? `${Math.round(bare.until - last.until)} ms after: ${last.what}` : "and nothing was before"),
    );
  }
  return result;
}

/** When a change that ended then needs to be heard of no more. */
function heardAt({ until }: Span, told: readonly number[], { againMs, latestMs }: Hearing): number {
  return Math.min(until + latestMs, ...told.filter((at) => at >= until + againMs));
}

function lengthOf({ from, until }: Span): number {
  return Math.round(until - from);
}

/** The longest part of a span that none of the others covers. */
export function gapOf({ from, until }: Span, others: readonly Span[]): Span {
  let covered = from;
  let longest: Span = { from, until: from };
  const look = (to: number): void => {
    if (to - covered > longest.until - longest.from) longest = { from: covered, until: to };
  };
  for (const one of [...others].sort((a, b) => a.from - b.from)) {
    if (one.from >= until) break;
    look(one.from);
    covered = Math.max(covered, one.until);
  }
  look(until);
  return longest;
}
