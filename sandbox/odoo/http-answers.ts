import type { IncomingMessage, ServerResponse } from "node:http";

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: object = {},
): void {
  send(response, status, "application/json; charset=utf-8", JSON.stringify(body), headers);
}

export function answerHtml(
  response: ServerResponse,
  status: number,
  html: string,
  headers: object = {},
): void {
  send(response, status, "text/html; charset=utf-8", html, headers);
}

export function answerXml(response: ServerResponse, xml: string): void {
  send(response, 200, "text/xml; charset=utf-8", xml);
}

/** Announces the whole answer and sends half of it. */
export function answerBroken(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { "Content-Type": type });
  response.end(text.slice(0, Math.max(1, Math.floor(text.length / 2))));
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: object = {},
): void {
  const body = Buffer.from(text);
  response.writeHead(status, { "Content-Type": type, "Content-Length": body.length, ...headers });
  response.end(body);
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** As nginx answers while the application behind it is away. */
export function proxyPage(status: number): string {
  const titles: Record<number, string> = {
    429: "Too Many Requests",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
  };
  const title = `${status} ${titles[status] ?? "Error"}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}

/** As a live 19.0 answers a database that is not there. */
export const noDatabasePage =
  "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>\n<p>Please verify the hostname, <a href=/web/login>login</a> and try again.</p>\n\n<!-- Alternatively, use the X-Odoo-Database header. -->\n";

export const wrongTypePage =
  "<!doctype html>\n<html lang=en>\n<title>415 Unsupported Media Type</title>\n<h1>Unsupported Media Type</h1>\n<p>Request inferred type is compatible with [&#39;http&#39;] but &#39;/json/2/&lt;__model__&gt;/&lt;__method__&gt;&#39; is type=&#39;json2&#39;.<br><br>Please verify the Content-Type request header and try again.</p>\n";

export const notFoundPage =
  "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n";
