import { HoldfastError } from "../failure.ts";
import { packEnvelope, readEnvelope } from "./envelope.ts";
import type { EventStore, Redaction, StoredEvent } from "./event-store.ts";

/** What of a stored event may say something about a person. */
export interface Texts {
  payload: string;
  properties: Record<string, unknown>;
  reference: string | null;
}

/** The same without it, and the words that were taken out; null when it is about somebody else. */
export type RedactTexts = (texts: Texts) => (Texts & { words: string[] }) | null;

const PAGE = 25;
const TRIES = 5;

/**
 * Rewrites every stored event that `redact` has something to say about, open, done or dead; each keeps its place.
 * What is under way goes on with what it was given. Doing it again is harmless. Returns how many were rewritten.
 */
export async function redactEvents(store: EventStore, redact: RedactTexts): Promise<number> {
  let after: number | null = 0;
  let total = 0;
  while (after !== null) {
    const page = await store.list({ limit: PAGE, after });
    total += await redactPage(store, page.events, redact);
    after = page.next;
  }
  return total;
}

async function redactPage(store: EventStore, given: StoredEvent[], redact: RedactTexts): Promise<number> {
  let events = given;
  let total = 0;
  for (let tries = 0; tries < TRIES; tries++) {
    const redactions = events.map((event) => redactionOf(event, redact)).filter((one) => one !== null);
    if (redactions.length === 0) return total;
    const answers = await store.redact(redactions);
    total += answers.filter((answer) => answer === "ok").length;
    const changed = redactions.filter((_, i) => answers[i] === "changed");
    if (changed.length === 0) return total;
    // A coalescing queue put newer content there meanwhile: that has to be looked at too.
    const again = await Promise.all(changed.map(({ id }) => store.get(id)));
    events = again.filter((event) => event !== undefined);
  }
  throw new HoldfastError({
    class: "conflict",
    code: "not_redacted",
    message: `Event ${events[0]?.id} changed again and again while its data was to be removed.`,
    hint: "Pause the queue, then redact again.",
    source: "queue",
  });
}

function redactionOf(event: StoredEvent, redact: RedactTexts): Redaction | null {
  const { format, properties } = readEnvelope(event.envelope);
  const texts = redact({ payload: event.payload, properties, reference: event.reference });
  return (
    texts && {
      id: event.id,
      was: event.payload,
      envelope: packEnvelope({ format, properties: texts.properties }),
      // Bytes that are no text can't be looked into; nobody's webhook is one.
      payload: format === "base64" ? event.payload : texts.payload,
      reference: texts.reference,
      words: texts.words,
    }
  );
}
