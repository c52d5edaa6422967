import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createOdooClient, type OdooClient, type OdooConfig } from "../../src/odoo/client.ts";
import type { GateTime } from "../../src/odoo/gate.ts";

/** A server that answers as a test wants, on a free port of the loopback. */
export interface OddServer {
  url: string;
  /** "POST /json/2/res.partner/read" for every request so far. */
  requests: { line: string; body: string }[];
  close(): Promise<void>;
}

export type Answer = (
  request: { line: string; body: string; raw: IncomingMessage },
  response: ServerResponse,
) => void;

export async function startOddServer(answer: Answer): Promise<OddServer> {
  const requests: OddServer["requests"] = [];
  const server: Server = createServer((raw, response) => {
    const chunks: Buffer[] = [];
    raw.on("data", (chunk: Buffer) => chunks.push(chunk));
    raw.on("end", () => {
      const request = { line: `${raw.method} ${raw.url}`, body: Buffer.concat(chunks).toString("utf8") };
      requests.push(request);
      answer({ ...request, raw }, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(value));
}

export function html(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "text/html", ...headers });
  response.end(`<!DOCTYPE html><title>${status}</title><h1>${status}</h1>`);
}

export function xml(response: ServerResponse, inside: string): void {
  response.writeHead(200, { "content-type": "text/xml" });
  response.end(`<?xml version="1.0"?>\n<methodResponse>${inside}</methodResponse>`);
}

export function xmlValue(value: string): string {
  return `<params><param><value>${value}</value></param></params>`;
}

export function xmlFault(code: number, text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<fault><value><struct><member><name>faultCode</name><value><int>${code}</int></value></member><member><name>faultString</name><value><string>${escaped}</string></value></member></struct></value></fault>`;
}

/** What an Odoo exception looks like over JSON-2. */
export function exception(response: ServerResponse, status: number, name: string, message: string): void {
  json(
    response,
    { name, message, arguments: [message], context: {}, debug: "Traceback (most recent call last): …" },
    status,
  );
}

export const secret = "s3cr3t-api-key-0123456789";

export function clientOf(url: string, more: Partial<OdooConfig> = {}, time?: GateTime): OdooClient {
  const config = { url, db: "shop", login: "bot", apiKey: secret, transport: "json2", ...more } as const;
  return createOdooClient(config, time);
}
