// POST /json/2/<model>/<method>: addons/rpc/controllers/json2.py and Json2Dispatcher in odoo/http.py, 19.0.
import type { IncomingMessage, ServerResponse } from "node:http";
import { badRequest, notFound, OdooError, unauthorized, unprocessable } from "./errors.ts";
import { checkParams, prepare } from "./execute.ts";
import {
  answerBroken,
  answerHtml,
  answerJson,
  noDatabasePage,
  readBody,
  wrongTypePage,
} from "./http-answers.ts";
import { Answered, runCall, type StandIn } from "./stand-in.ts";

export async function serveJson2(
  standIn: StandIn,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const text = await readBody(request);
  if (wrongDatabase(standIn, request)) return answerHtml(response, 404, noDatabasePage);
  const match = /^\/json\/2\/([^/]+)\/([^/]+)$/.exec(path);
  const isJson = (request.headers["content-type"] ?? "").split(";")[0]!.trim() === "application/json";
  if (match && request.method === "POST" && !isJson && text.length > 0)
    return answerHtml(response, 415, wrongTypePage);
  try {
    if (!match || request.method !== "POST") throw notFound("Did you mean POST /json/2/<model>/<method>?");
    const uid = authenticate(standIn, request);
    const [, model = "", method = ""] = match.map(decodeURIComponent);
    const result = await call(standIn, uid, model, method, parse(text), response);
    if (standIn.faults.takes("badJson", { model, method, writes: false })) {
      return answerBroken(response, "application/json; charset=utf-8", JSON.stringify(result));
    }
    answerJson(response, 200, result);
  } catch (error) {
    if (error instanceof Answered) return;
    const told = error instanceof OdooError ? error : undefined;
    if (!told) process.emitWarning(error instanceof Error ? error : String(error));
    const headers = told?.status === 401 ? { "WWW-Authenticate": "Bearer " } : {};
    answerJson(response, told?.status ?? 500, errorBody(error), headers);
  }
}

function wrongDatabase(standIn: StandIn, request: IncomingMessage): boolean {
  const asked = request.headers["x-odoo-database"];
  return asked !== undefined && asked !== standIn.db;
}

function authenticate(standIn: StandIn, request: IncomingMessage): number {
  const key = /^bearer\s+(.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (key === undefined) {
    throw unauthorized("User not authenticated, use an API Key with a Bearer Authorization header.");
  }
  const user = standIn.users.find(({ apiKey }) => apiKey === key);
  if (!user) throw unauthorized("Invalid apikey");
  return user.uid;
}

function parse(text: string): Record<string, unknown> {
  if (text.length === 0) return {};
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body)
      ? (body as Record<string, unknown>)
      : {};
  } catch (error) {
    throw badRequest(`could not parse the body as json: ${(error as Error).message}`);
  }
}

async function call(
  standIn: StandIn,
  uid: number,
  model: string,
  name: string,
  body: Record<string, unknown>,
  response: ServerResponse,
): Promise<unknown> {
  const { ids: givenIds, context: givenContext, ...params } = body;
  const ids = (Array.isArray(givenIds) ? givenIds : []).map(Number);
  const context = (givenContext ?? {}) as Record<string, unknown>;
  const { database } = standIn;
  if (!database.models.has(model)) throw notFound(`the model '${model}' does not exist`);
  const request = { model, method: name, ids, params, context, uid };
  const found = prepare(database, { ...request, snapshot: database.clock });
  const { method } = found;
  if (!method) throw notFound(`The method '${model}.${name}' does not exist`);
  if (method.onModel && ids.length > 0) throw unprocessable(`cannot call ${model}.${name} with ids`);
  checkParams(method, params);
  return runCall(standIn, request, { call: found.call, method }, response);
}

function errorBody(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error);
  const name = error instanceof OdooError ? error.odooName : "builtins.Exception";
  const http = name.startsWith("werkzeug.");
  return {
    name,
    message,
    arguments: http && error instanceof OdooError ? [message, error.status] : [message],
    context: {},
    debug: `Traceback (most recent call last):\n  File "/sandbox/odoo", line 1, in stand_in\n${name}: ${message}\n`,
  };
}
