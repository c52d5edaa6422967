import type { IncomingMessage, ServerResponse } from "node:http";
import type { Runtime } from "../runtime/index.ts";

/** What Express and Node-RED's authentication add to a request. */
export type Asked = IncomingMessage & {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body?: unknown;
  user?: { username?: string; anonymous?: boolean };
};
export type Answering = ServerResponse & { status(code: number): { end(): void } };
export type Middleware = (request: Asked, response: Answering, next: () => void) => void;

export type Permission = "holdfast.read" | "holdfast.write";

/** Lets those pass who may; tells "who are you" (401) from "not you" (403), which Node-RED does not. */
export function requirePermission(RED: Runtime, permission: Permission): Middleware {
  const inner = RED.auth.needsPermission(permission) as unknown as Middleware;
  return (request, response, next) => {
    const { status } = response;
    response.status = (code) => {
      response.status = status;
      if (code !== 401 || !request.user) return status.call(response, code);
      return {
        end: () =>
          answerJson(response, 403, {
            code: "not_permitted",
            message: `${whoIs(request)} may not do this: the permission ${permission} is missing.`,
            hint: "Whoever runs this Node-RED gives permissions in its settings file, under adminAuth.",
          }),
      };
    };
    inner(request, response, () => {
      response.status = status;
      next();
    });
  };
}

/** Whether one who may read may also act. */
export function mayWrite(RED: Runtime, request: Asked): Promise<boolean> {
  return new Promise((resolve) => {
    const no = { end: () => resolve(false) };
    const deaf = { ...no, status: () => no, setHeader() {}, statusCode: 0 } as unknown as Answering;
    const inner = RED.auth.needsPermission("holdfast.write") as unknown as Middleware;
    inner(request, deaf, () => resolve(true));
  });
}

/** Who acts, for the record. */
export function whoIs(request: Asked): string {
  if (request.user?.username) return request.user.username;
  return request.user?.anonymous ? "anonymous" : "somebody (no login is set up)";
}

/**
 * An act is asked for in JSON. A form of another site can't send that, nor the token that a browser never sends by
 * itself; so where no login is set up this still holds.
 */
export const requireJson: Middleware = (request, response, next) => {
  if (/^application\/json\b/i.test(request.headers["content-type"] ?? "")) return next();
  answerJson(response, 415, {
    code: "not_json",
    message: "An act is asked for in JSON.",
    hint: "Send it with the header Content-Type: application/json.",
  });
};

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.setHeader("Cache-Control", "no-store");
  response.end(JSON.stringify(body));
}
