// The two files of `xmlrpc` that we use: its codec, without its client.
declare module "xmlrpc/lib/serializer.js" {
  export function serializeMethodCall(method: string, params: unknown[], encoding?: string): string;
  export function serializeMethodResponse(result: unknown): string;
  export function serializeFault(fault: { faultCode: number | string; faultString: string }): string;
}

declare module "xmlrpc/lib/deserializer.js" {
  import type { Readable } from "node:stream";

  export default class Deserializer {
    constructor(encoding?: string);
    deserializeMethodResponse(
      stream: Readable,
      callback: (error: Error | null, result?: unknown) => void,
    ): void;
    deserializeMethodCall(
      stream: Readable,
      callback: (error: Error | null, method?: string, params?: unknown[]) => void,
    ): void;
  }
}
