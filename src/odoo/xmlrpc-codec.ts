import { Readable } from "node:stream";
import Deserializer from "xmlrpc/lib/deserializer.js";
import { serializeMethodCall } from "xmlrpc/lib/serializer.js";

export interface XmlFault {
  code: number;
  text: string;
}

/** The call as XML; characters that XML can't carry are dropped, undefined members too. */
export function encodeCall(method: string, params: unknown[]): string {
  return serializeMethodCall(method, params.map(sendable));
}

/** @returns the value, or the fault. @throws Error when the text is no XML-RPC answer. */
export function decodeAnswer(text: string): Promise<{ value: unknown } | { fault: XmlFault }> {
  return new Promise((resolve, reject) => {
    new Deserializer().deserializeMethodResponse(Readable.from([text]), (error, value) => {
      if (!error) return resolve({ value });
      const { faultCode, faultString } = error as { faultCode?: unknown; faultString?: unknown };
      if (faultCode === undefined) return reject(error);
      resolve({ fault: { code: Number(faultCode), text: String(faultString ?? "") } });
    });
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
const unsendable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

function sendable(value: unknown): unknown {
  if (typeof value === "string") return value.replace(unsendable, "");
  if (Array.isArray(value)) return value.map(sendable);
  if (typeof value !== "object" || value === null) return value ?? null;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, sendable(member)]));
}
