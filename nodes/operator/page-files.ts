import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Runtime } from "../runtime/index.ts";
import type { Answering, Asked } from "./access.ts";
import { languageFor } from "./language.ts";

/** By the name they are asked for: the file in dist, and what it is. */
const files: Record<string, [file: string, type: string]> = {
  "operator.js": ["operator.page.js", "text/javascript; charset=utf-8"],
  "operator.css": ["operator.page.css", "text/css; charset=utf-8"],
};

/** The page runs no script but its own, and can be framed by its own Node-RED only. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/** Serves the page, its script, style and texts. They hold no data, so everybody may have them, as with the editor. */
export function servePage(RED: Runtime, folder: string): void {
  const locales = path.join(folder, "locales");
  const send = (response: Answering, type: string, body: string): void => {
    response.setHeader("Content-Type", type);
    response.setHeader("Cache-Control", "no-cache");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.end(body);
  };
  const get = (route: string, handle: (request: Asked, response: Answering) => void): void =>
    RED.httpAdmin.get(route, handle as never) as never;

  get("/holdfast", (request, response) => {
    // Everything else is named relative to this address, so it must not end in a slash.
    const [asked = ""] = (request.url ?? "").split("?");
    if (asked.endsWith("/")) {
      response.statusCode = 302;
      response.setHeader("Location", "../holdfast");
      return response.end();
    }
    response.setHeader("Content-Security-Policy", policy);
    send(response, "text/html; charset=utf-8", readFileSync(path.join(folder, "operator.page.html"), "utf8"));
  });
  get("/holdfast/page/:file", ({ params }, response) => {
    const [file, type] = files[params.file ?? ""] ?? [];
    if (file && type) return send(response, type, readFileSync(path.join(folder, file), "utf8"));
    response.statusCode = 404;
    response.end();
  });
  get("/holdfast/texts", (request, response) => {
    const language = languageFor(
      String(request.query.lng ?? ""),
      request.headers["accept-language"] ?? "",
      readdirSync(locales).filter((name) => existsSync(path.join(locales, name, "operator.json"))),
    );
    const file = path.join(locales, language, "operator.json");
    response.setHeader("Content-Language", language);
    response.setHeader("Vary", "Accept-Language");
    send(response, "application/json; charset=utf-8", readFileSync(file, "utf8"));
  });
}
