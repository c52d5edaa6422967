// /xmlrpc/2/common and /xmlrpc/2/object: addons/rpc/controllers/xmlrpc.py, odoo/service/{common,model}.py, 19.0.
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import Deserializer from "xmlrpc/lib/deserializer.js";
import { serializeFault, serializeMethodResponse } from "xmlrpc/lib/serializer.js";
import { accessDenied, OdooError, pythonError, userError } from "./errors.ts";
import { prepare } from "./execute.ts";
import { answerBroken, answerXml, readBody } from "./http-answers.ts";
import type { Method } from "./methods.ts";
import { Answered, runCall, type StandIn } from "./stand-in.ts";
import { xmlVersion } from "./version.ts";

export async function serveXmlRpc(
  standIn: StandIn,
  request: IncomingMessage,
  response: ServerResponse,
  service: string,
): Promise<void> {
  try {
    const { method, params } = await decode(await readBody(request));
    const result = await dispatch(standIn, service, method, params, response);
    // The transaction is committed by now: `cannot marshal None` is what success looks like.
    if (holdsNothing(result))
      throw pythonError("TypeError", "cannot marshal None unless allow_none is enabled");
    const xml = serializeMethodResponse(result);
    const [, , , model = "", name = ""] = params.map(String);
    if (standIn.faults.takes("badJson", { model, method: name, writes: false })) {
      return answerBroken(response, "text/xml; charset=utf-8", xml);
    }
    answerXml(response, xml);
  } catch (error) {
    if (!(error instanceof Answered)) answerXml(response, serializeFault(fault(error)));
  }
}

function decode(text: string): Promise<{ method: string; params: unknown[] }> {
  return new Promise((resolve, reject) => {
    new Deserializer().deserializeMethodCall(Readable.from([text]), (error, method, params) => {
      if (error) reject(pythonError("ExpatError", error.message));
      else resolve({ method: method ?? "", params: params ?? [] });
    });
  });
}

async function dispatch(
  standIn: StandIn,
  service: string,
  method: string,
  params: unknown[],
  response: ServerResponse,
): Promise<unknown> {
  if (service === "common") return common(standIn, method, params);
  if (service !== "object") throw pythonError("KeyError", `'${service}'`);
  if (method !== "execute_kw" && method !== "execute")
    throw pythonError("NameError", `Method not available ${method}`);
  const [db, uid, key, model = "", name = "", ...rest] = params;
  requireDatabase(standIn, db);
  const user = standIn.users.find((each) => each.uid === Number(uid) && each.apiKey === key);
  if (!user) throw accessDenied();
  const args = (method === "execute" ? rest : (rest[0] ?? [])) as unknown[];
  const keywords = (method === "execute" ? {} : (rest[1] ?? {})) as Record<string, unknown>;
  return object(standIn, user.uid, String(model), String(name), args, keywords, response);
}

function common(standIn: StandIn, method: string, params: unknown[]): unknown {
  if (method === "version") return xmlVersion(standIn.major);
  if (method !== "authenticate" && method !== "login") throw new Error(`Method not found: ${method}`);
  const [db, login, key] = params;
  requireDatabase(standIn, db);
  return standIn.users.find((user) => user.login === login && user.apiKey === key)?.uid ?? false;
}

async function object(
  standIn: StandIn,
  uid: number,
  model: string,
  name: string,
  args: unknown[],
  keywords: Record<string, unknown>,
  response: ServerResponse,
): Promise<unknown> {
  const { database } = standIn;
  if (!database.models.has(model)) throw userError(`Object ${model} doesn't exist`);
  const { context: given, ...named } = keywords;
  const context = (given ?? {}) as Record<string, unknown>;
  const found = prepare(database, { model, method: name, uid, context, snapshot: database.clock });
  const { method } = found;
  if (!method) throw pythonError("AttributeError", `The method '${model}.${name}' does not exist`);
  const [first, ...others] = args;
  const positional = method.onModel ? args : others;
  const ids = method.onModel ? [] : (Array.isArray(first) ? first : [first]).map(Number);
  const params = bind(model, name, method, positional, named);
  const request = { model, method: name, ids, params, context, uid };
  const result = await runCall(standIn, request, { call: found.call, method }, response);
  // call_kw: create answers one id when it was given one dictionary.
  const single = name === "create" && !Array.isArray(params.vals_list);
  return single ? (result as number[])[0] : result;
}

function bind(
  model: string,
  name: string,
  method: Method,
  positional: unknown[],
  named: Record<string, unknown>,
): Record<string, unknown> {
  const names = [...method.required, ...method.optional];
  const params = { ...named };
  const problem = (text: string) => pythonError("TypeError", `${model}.${name}() ${text}`);
  positional.forEach((value, at) => {
    if (names[at] === undefined)
      throw problem(`takes ${names.length + 1} positional arguments but more were given`);
    params[names[at]] = value;
  });
  const missing = method.required.find((each) => !(each in params));
  if (missing !== undefined) throw problem(`missing 1 required positional argument: '${missing}'`);
  const unknown = Object.keys(params).find((each) => !names.includes(each));
  if (unknown !== undefined) throw problem(`got an unexpected keyword argument '${unknown}'`);
  return params;
}

function requireDatabase(standIn: StandIn, db: unknown): void {
  if (db === standIn.db) return;
  throw new OdooError(
    "psycopg2.OperationalError",
    500,
    `connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: FATAL:  database "${db}" does not exist\n`,
  );
}

function holdsNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.some(holdsNothing);
  return typeof value === "object" && Object.values(value).some(holdsNothing);
}

function fault(error: unknown): { faultCode: number; faultString: string } {
  const message = error instanceof Error ? error.message : String(error);
  const name = error instanceof OdooError ? error.odooName : "Exception";
  if (name.endsWith(".AccessError")) return { faultCode: 4, faultString: message };
  if (name.endsWith(".AccessDenied")) return { faultCode: 3, faultString: message };
  if (error instanceof OdooError && error.foreseen) return { faultCode: 2, faultString: message };
  const traceback = `Traceback (most recent call last):\n  File "/sandbox/odoo", line 1, in stand_in\n`;
  return { faultCode: 1, faultString: `${traceback}${name.replace("builtins.", "")}: ${message}\n` };
}
