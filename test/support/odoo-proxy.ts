import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** A call on its way to Odoo, by either transport. */
export interface ProxiedCall {
  model: string;
  method: string;
  /** Equal for equal calls. */
  body: string;
}

/**
 * What becomes of a call:
 * - `pass`;
 * - `cut`: it reaches Odoo, and its connection breaks at once, while Odoo works;
 * - `mute`: it reaches Odoo, and its connection breaks when Odoo begins to answer.
 */
export type Fate = "pass" | "cut" | "mute";

export interface OdooProxy {
  url: string;
  close(): Promise<void>;
}

/** Stands before an Odoo and breaks connections after the request has left, before the answer has come. */
export async function odooProxy(
  target: string,
  fateOf: (call: ProxiedCall) => Fate | Promise<Fate>,
): Promise<OdooProxy> {
  const server = createServer(async (incoming, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = incoming.url ?? "/";
    const fate = await fateOf(callIn(path, body.toString("utf8")));
    const upstream = send(
      new URL(path, target),
      {
        method: incoming.method,
        headers: { ...incoming.headers, host: new URL(target).host, connection: "close" },
      },
      (reply) => {
        if (fate !== "pass") {
          reply.resume();
          answer.destroy();
          return;
        }
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
        reply.on("error", () => answer.destroy());
      },
    );
    upstream.on("error", () => answer.destroy());
    upstream.end(body, () => {
      if (fate === "cut") answer.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function callIn(path: string, body: string): ProxiedCall {
  const [, named] = /^\/json\/2\/(.+)$/.exec(path) ?? [];
  if (named) {
    const [model = "", method = ""] = named.split("/").map(decodeURIComponent);
    return { model, method, body: path + body };
  }
  if (!/<methodName>execute_kw</.test(body)) return { model: "", method: "", body };
  // Database, key, model, method; the user between them is a number.
  const [, , model = "", method = ""] = [...body.matchAll(/<string>([^<]*)<\/string>/g)].map(
    ([, text]) => text,
  );
  return { model, method, body };
}
