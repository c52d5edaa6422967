import { badCredentials, oddAnswer } from "./errors.ts";
import { exceptionFailure } from "./exceptions.ts";
import type { CallParams, Transport, TransportCall } from "./transport.ts";
import { httpFailure } from "./wire-errors.ts";
import { decodeAnswer, encodeCall, type XmlFault } from "./xmlrpc-codec.ts";

/**
 * Odoo before 19: /xmlrpc/2. Parameters are named here; the wire takes those it may not name (Odoo reads
 * `create`'s first one by position, and some names changed over the years) in their order.
 */
const positions: Record<string, string[]> = {
  create: ["vals_list"],
  write: ["vals"],
  read: ["fields"],
  search: ["domain"],
  search_read: ["domain"],
  search_count: ["domain"],
  load: ["fields", "data"],
  check_object_reference: ["module", "xml_id"],
};

export function createXmlRpc(call: TransportCall): Transport {
  const { http, config } = call;
  let user: Promise<number> | undefined;

  async function post(service: "common" | "object", method: string, params: unknown[], repeatable: boolean) {
    const answer = await http.send({
      method: "POST",
      path: `/xmlrpc/2/${service}`,
      headers: { "content-type": "text/xml; charset=utf-8", accept: "text/xml" },
      body: encodeCall(method, params),
      repeatable,
    });
    if (answer.status !== 200 || !/^\s*(<\?xml[^>]*>\s*)?<methodResponse/.test(answer.text.slice(0, 400))) {
      throw httpFailure(answer, call.asked);
    }
    try {
      return await decodeAnswer(answer.text);
    } catch {
      throw httpFailure(answer, call.asked);
    }
  }

  async function authenticate(): Promise<number> {
    const asked = { ...call.asked, model: "common", method: "authenticate" };
    const answer = await post("common", "authenticate", [config.db, config.login, config.apiKey, {}], true);
    if ("fault" in answer) throw exceptionFailure(exceptionOf(answer.fault), asked);
    if (answer.value === false) throw badCredentials(asked);
    if (typeof answer.value !== "number") throw oddAnswer(asked, "no user id");
    return answer.value;
  }

  function uid(): Promise<number> {
    user ??= authenticate().catch((error) => {
      user = undefined;
      throw error;
    });
    return user;
  }

  return {
    async call(model, method, params, repeatable) {
      const asked = { ...call.asked, model, method };
      const [args, named] = arrange(method, params);
      const head = [config.db, await uid(), config.apiKey, model, method];
      const answer = await post("object", "execute_kw", [...head, args, named], repeatable);
      if (!("fault" in answer)) return answer.value;
      // Odoo fails to write down a None, or records, after the work is done and committed.
      if (/cannot marshal (None|<class 'odoo\.)/.test(answer.fault.text)) return null;
      if (answer.fault.code === 3) user = undefined;
      throw exceptionFailure(exceptionOf(answer.fault), asked);
    },
  };
}

function arrange(method: string, params: CallParams): [args: unknown[], named: Record<string, unknown>] {
  const named = { ...params.args };
  const args: unknown[] = params.ids ? [params.ids] : [];
  for (const name of positions[method] ?? []) {
    // A gap ends what can be sent by position.
    if (!(name in named)) break;
    args.push(named[name]);
    delete named[name];
  }
  if (params.context) named.context = params.context;
  return [args, named];
}

/** Fault codes: 1 anything, with a traceback; 2 a warning for people; 3 access denied; 4 access error. */
function exceptionOf(fault: XmlFault): { name: string; message: string } {
  const names: Record<number, string> = { 2: "UserError", 3: "AccessDenied", 4: "AccessError" };
  const name = names[fault.code] ?? "";
  // MissingError comes as a warning; only its words tell.
  const missing = fault.code === 2 && /Record does not exist or has been deleted/.test(fault.text);
  return { name: missing ? "MissingError" : name, message: fault.text };
}
