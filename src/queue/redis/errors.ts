import { type Failure, HoldfastError } from "../../failure.ts";

/** What Redis refuses for a time, whatever the command: loading, full, failing over, its disk failing. */
const PASSING =
  /^(LOADING|OOM|MISCONF|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|BUSY|MOVED|ASK|UNBLOCKED)\b/;
const REFUSED = /^(NOAUTH|WRONGPASS|NOPERM)\b/;
/** Codes of Node's TLS: nobody we trust signed the certificate, it is too old, or for another host. */
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_|^CERT_|^ERR_TLS_CERT/;

/** An error of Redis or of the way to it, as a failure that a person can read. */
export function redisError(thrown: unknown, places: string): HoldfastError {
  if (thrown instanceof HoldfastError) return thrown;
  return new HoldfastError(redisFailure(thrown, places), { cause: plainCause(thrown) });
}

function redisFailure(thrown: unknown, places: string): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  // A ReplyError is an answer; anything else means that none came.
  const answered = error.name === "ReplyError";
  const passing = !answered || PASSING.test(error.message) || REFUSED.test(error.message);
  const [message, hint] = explain(error, answered, places);
  return {
    class: passing ? "unavailable" : "unknown",
    code: "not_stored",
    message,
    hint,
    source: "queue",
    at: Date.now(),
  };
}

function explain(error: Error, answered: boolean, places: string): [message: string, hint: string] {
  const { message } = error;
  if (!answered)
    return [
      `Nothing was stored: the Redis server at ${places} does not answer.`,
      "Check that it runs and can be reached from here; the queue then goes on by itself.",
    ];
  if (REFUSED.test(message))
    return [
      `Nothing was stored: the Redis server at ${places} does not let us in.`,
      "Correct user and password in the queue-store node, and what this user may do.",
    ];
  if (message.startsWith("OOM"))
    return [
      `Nothing was stored: the Redis server at ${places} has used up its memory.`,
      "Give it more (maxmemory) or let it forget: retention of done events, other data. The queue then goes on by itself.",
    ];
  if (message.startsWith("MISCONF"))
    return [
      `Nothing was stored: the Redis server at ${places} can't write to its disk.`,
      "Make room on its disk and look into its log; the queue then goes on by itself.",
    ];
  if (PASSING.test(message))
    return [
      `Nothing was stored: the Redis server at ${places} can't take writes now (${message.split(" ", 1)[0]}).`,
      "It is starting or failing over; the queue then goes on by itself.",
    ];
  return [
    `Nothing was stored: the Redis server at ${places} refused it (${message}).`,
    "If another program writes to the same keys, give the queue a prefix of its own; otherwise please report this.",
  ];
}

/** Why a server could not be opened as a place for queues. */
export function openError(thrown: unknown, places: string): HoldfastError {
  if (thrown instanceof HoldfastError) return thrown;
  // Of a Cluster: what the last of its servers said.
  const said = (thrown as { lastNodeError?: unknown } | null)?.lastNodeError ?? thrown;
  return new HoldfastError(whyNotOpen(said, places), { cause: plainCause(said) });
}

function whyNotOpen(thrown: unknown, places: string): Omit<Failure, "at"> {
  const { message = "", code = "" } = thrown as { message?: string; code?: string };
  if (REFUSED.test(message))
    return {
      class: "unavailable",
      code: "cannot_open",
      message: `The Redis server at ${places} does not let us in.`,
      hint: "Correct user and password in the queue-store node.",
      source: "queue",
    };
  if (UNTRUSTED.test(code))
    return {
      class: "unavailable",
      code: "cannot_open",
      message: `The certificate of the Redis server at ${places} can't be trusted (${message}).`,
      hint: "If an authority of your own signed it, start Node-RED with NODE_EXTRA_CA_CERTS=/path/to/authority.pem; write the host as the certificate names it.",
      source: "queue",
    };
  return {
    class: "unavailable",
    code: "cannot_open",
    message: `The Redis server at ${places} can't be reached.`,
    hint: "Check its address, that it runs, that it can be reached from here, and that it speaks TLS if the address begins with rediss://, and does not if it begins with redis://.",
    source: "queue",
  };
}

/** ioredis hangs the command with all its arguments on an error: a payload, or the password itself. */
function plainCause(thrown: unknown): Error {
  const { message, code } = thrown as { message?: string; code?: string };
  return new Error(code && !message?.includes(code) ? `${code}: ${message}` : String(message ?? thrown));
}

export function closedError(queue: string): HoldfastError {
  return new HoldfastError({
    class: "unavailable",
    code: "queue_closed",
    message: `The queue ${queue} is closed.`,
    source: "queue",
  });
}
