import type { HttpAnswer } from "../http.ts";
import { badCredentials } from "./errors.ts";
import { exceptionFailure } from "./exceptions.ts";
import type { Transport, TransportCall } from "./transport.ts";
import { httpFailure } from "./wire-errors.ts";

/** Odoo 19 and later: POST /json/2/MODEL/METHOD with named parameters and a bearer key. */
export function createJson2(call: TransportCall): Transport {
  const { http, config } = call;
  return {
    async call(model, method, params, repeatable) {
      const asked = { ...call.asked, model, method };
      const answer = await http.send({
        method: "POST",
        path: `/json/2/${encodeURIComponent(model)}/${encodeURIComponent(method)}`,
        headers: {
          authorization: `bearer ${config.apiKey}`,
          "content-type": "application/json; charset=utf-8",
          "x-odoo-database": config.db,
          accept: "application/json",
        },
        body: JSON.stringify({
          ...params.args,
          ...(params.ids && { ids: params.ids }),
          ...(params.context && { context: params.context }),
        }),
        repeatable,
      });
      const body = parsed(answer);
      if (body === undefined) throw httpFailure(answer, asked);
      if (answer.status >= 200 && answer.status < 300) return body.value;
      if (answer.status === 401) throw badCredentials(asked);
      const said = body.value as { name?: unknown; message?: unknown } | null;
      if (typeof said?.name !== "string") throw httpFailure(answer, asked);
      if (answer.status === 429 || answer.status === 503) throw httpFailure(answer, asked);
      throw exceptionFailure({ name: said.name, message: String(said.message ?? "") }, asked);
    },
  };
}

/** undefined when it is not JSON. An HTML page with status 200 is a proxy's, or a wrong address. */
function parsed(answer: HttpAnswer): { value: unknown } | undefined {
  if (answer.status === 204 || (answer.status === 200 && answer.text === "")) return { value: null };
  try {
    return { value: JSON.parse(answer.text) };
  } catch {
    return undefined;
  }
}
