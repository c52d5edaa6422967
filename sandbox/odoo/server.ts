import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CatalogueItem, shopCatalogue } from "../catalogue.ts";
import { adminId, userId } from "./conventions.ts";
import type { DatabaseSettings } from "./database.ts";
import { type FaultSettings, type Faults, makeFaults } from "./faults.ts";
import { answerHtml, answerJson, notFoundPage, proxyPage, readBody } from "./http-answers.ts";
import { serveJson2 } from "./json2.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";
import type { StandIn } from "./stand-in.ts";
import { webVersion, xmlVersion } from "./version.ts";
import { makeWorld } from "./world.ts";
import { serveXmlRpc } from "./xmlrpc.ts";

export interface OdooStandInOptions {
  /** 0 (default): any free one. */
  port?: number;
  host?: "127.0.0.1";
  /** 14 to 20; 19 by default. JSON-2 from 19 on. */
  major?: number;
  db?: string;
  login?: string;
  apiKey?: string;
  catalogue?: readonly CatalogueItem[];
  /** How long every call takes; calls of the same record conflict while they overlap. */
  callMs?: number;
  /** The company's tax rounding; `round_per_line` by default. */
  taxRounding?: DatabaseSettings["taxRounding"];
  /** What the user may do; a plain sales-and-stock user by default. */
  rights?: DatabaseSettings["rights"];
}

export interface OdooStandIn {
  url: string;
  db: string;
  login: string;
  apiKey: string;
  /** May do what a salesperson may not: create products, delete orders. */
  admin: { login: string; apiKey: string };
  faults: Faults;
  /** Orders and duplicates as they stand now. */
  snapshot(): Snapshot;
  /** How often "model.method" ran. */
  calls(name: string): number;
  close(): Promise<void>;
}

export type { FaultSettings, Faults } from "./faults.ts";
export type { Snapshot, SnapshotOrder } from "./snapshot.ts";

/** An Odoo of this machine's memory: enough of it for a sales integration, with bad days on demand. */
export async function startOdooStandIn(options: OdooStandInOptions = {}): Promise<OdooStandIn> {
  const {
    major = 19,
    login = "holdfast",
    db = "sandbox",
    apiKey = "sandbox-api-key",
    host = "127.0.0.1",
  } = options;
  if (host !== "127.0.0.1") throw new Error("The Odoo stand-in listens on 127.0.0.1 only.");
  const database = makeWorld({
    major,
    login,
    taxRounding: options.taxRounding ?? "round_per_line",
    rights: options.rights ?? "sales",
    catalogue: options.catalogue ?? shopCatalogue,
  });
  const server = http.createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    serve(standIn, request, response).catch((error) => response.destroy(error));
  });
  let port = options.port ?? 0;
  const open = async (): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    port = (server.address() as AddressInfo).port;
  };
  const shut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  const faults = makeFaults(async (on) => {
    if (on) await shut();
    else if (!server.listening) await open();
  });
  const calls = new Map<string, number>();
  const admin = { login: "admin", apiKey: `${apiKey}-admin` };
  const users = [
    { uid: userId, login, apiKey },
    { uid: adminId, ...admin },
  ];
  const standIn: StandIn = { database, faults, db, users, major, callMs: options.callMs ?? 0, calls };
  await open();
  return {
    url: `http://${host}:${port}`,
    db,
    login,
    apiKey,
    admin,
    faults,
    snapshot: () => takeSnapshot(database),
    calls: (name) => calls.get(name) ?? 0,
    close: shut,
  };
}

async function serve(standIn: StandIn, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "/").split("?")[0]!;
  const { major } = standIn;
  if (path === "/sandbox/faults") return serveFaults(standIn, request, response);
  const trouble = standIn.faults.onRequest();
  if (trouble?.kind === "down") {
    request.socket.destroy();
    return;
  }
  if (trouble?.kind === "status") {
    await readBody(request);
    return answerHtml(response, trouble.status, proxyPage(trouble.status));
  }
  if ((path === "/json/2" || path.startsWith("/json/2/")) && major >= 19) {
    return serveJson2(standIn, request, response, path);
  }
  const service = /^\/xmlrpc\/2\/(\w+)$/.exec(path)?.[1];
  if (service !== undefined && request.method === "POST")
    return serveXmlRpc(standIn, request, response, service);
  await readBody(request);
  if ((path === "/web/version" || path === "/json/version") && major >= 19) {
    return answerJson(response, 200, webVersion(major));
  }
  if (path === "/web/webclient/version_info" && request.method === "POST") {
    return answerJson(response, 200, { jsonrpc: "2.0", id: null, result: xmlVersion(major) });
  }
  answerHtml(response, 404, notFoundPage);
}

/** GET shows the faults, POST changes some, DELETE clears them; for other processes of this machine. */
async function serveFaults(
  standIn: StandIn,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { faults } = standIn;
  const text = await readBody(request);
  if (!/^(::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? ""))
    return answerHtml(response, 404, notFoundPage);
  try {
    if (request.method === "DELETE") faults.clear();
    if (request.method === "POST") {
      const { refuseForMs, ...settings } = JSON.parse(text) as Partial<FaultSettings> & {
        refuseForMs?: number;
      };
      faults.set(settings);
      if (refuseForMs) {
        response.once("close", () => refuseFor(faults, refuseForMs));
      }
    }
    answerJson(response, 200, faults.settings, { Connection: "close" });
  } catch (error) {
    answerJson(response, 400, { message: (error as Error).message });
  }
}

function refuseFor(faults: Faults, ms: number): void {
  const quietly = (error: unknown): void => process.emitWarning(String(error));
  faults.refuse(true).catch(quietly);
  setTimeout(() => faults.refuse(false).catch(quietly), ms).unref();
}
