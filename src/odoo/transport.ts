import type { Http } from "../http.ts";
import type { Asked } from "./errors.ts";

/** One shape that both transports serve: everything by name; XML-RPC puts known names in their order. */
export interface CallParams {
  /** The records a method works on; none for model methods (`search_read`, `create`, `load`). */
  ids?: number[];
  /** By parameter name, as Odoo's Python says: `{ domain: [...], fields: ["name"] }`. */
  args?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

export interface Credentials {
  db: string;
  login: string;
  apiKey: string;
}

/** What a transport is made of. */
export interface TransportCall {
  http: Http;
  config: Credentials;
  asked: Asked;
}

export interface Transport {
  call(model: string, method: string, params: CallParams, repeatable: boolean): Promise<unknown>;
}

/** Methods that may be sent twice without a second effect; `load` writes by external id. */
export function isRepeatable(method: string): boolean {
  return /^(load|read|read_group|search|search_count|search_read|fields_get|get_metadata|name_search|check_object_reference|has_access|has_group|context_get)$/.test(
    method,
  );
}
