import { failureOf, HoldfastError } from "../failure.ts";
import type { Http } from "../http.ts";
import { type Asked, oddAnswer } from "./errors.ts";
import { exceptionFailure } from "./exceptions.ts";
import { httpFailure } from "./wire-errors.ts";
import { decodeAnswer, encodeCall } from "./xmlrpc-codec.ts";

export interface OdooVersion {
  /** 19 */
  major: number;
  /** "19.0-20251013" or "saas~18.2" */
  full: string;
}

/**
 * Asks the server, without a login: /web/version exists since 19, XML-RPC's `version` until 21.
 * @throws HoldfastError `unavailable` for whatever is no version: a page of the proxy in front of it is no Odoo yet.
 */
export async function askVersion(http: Http, asked: Asked): Promise<OdooVersion> {
  try {
    return await readVersion(http, asked);
  } catch (error) {
    const { class: known, message } = failureOf(error, "odoo");
    if (error instanceof HoldfastError && known !== "unknown") throw error;
    throw new HoldfastError(
      {
        class: "unavailable",
        code: "not_odoo",
        message: `What answers at Odoo's address does not say which Odoo it is: ${message}`,
        hint: "Check that Odoo itself runs behind this address.",
        source: "odoo",
      },
      { cause: error },
    );
  }
}

async function readVersion(http: Http, asked: Asked): Promise<OdooVersion> {
  const answer = await http.send({
    method: "GET",
    path: "/web/version",
    headers: { accept: "application/json" },
    repeatable: true,
  });
  if (answer.status === 200 && answer.text.trimStart().startsWith("{")) {
    const body = JSON.parse(answer.text) as { version?: unknown };
    return parseVersion(String(body.version), asked);
  }
  if (answer.status !== 404) throw httpFailure(answer, asked);
  return askByXmlRpc(http, asked);
}

async function askByXmlRpc(http: Http, asked: Asked): Promise<OdooVersion> {
  const answer = await http.send({
    method: "POST",
    path: "/xmlrpc/2/common",
    headers: { "content-type": "text/xml; charset=utf-8" },
    body: encodeCall("version", []),
    repeatable: true,
  });
  if (answer.status !== 200 || !answer.text.includes("<methodResponse")) throw httpFailure(answer, asked);
  const reply = await decodeAnswer(answer.text);
  if ("fault" in reply) throw exceptionFailure({ name: "", message: reply.fault.text }, asked);
  const { server_version } = reply.value as { server_version?: unknown };
  return parseVersion(String(server_version), asked);
}

/** "19.0-20251013", "18.0", "saas~18.2", "17.0+e" */
export function parseVersion(text: string, asked: Asked): OdooVersion {
  const major = /(\d+)\./.exec(text)?.[1];
  if (major === undefined)
    throw oddAnswer({ ...asked, model: "server", method: "version" }, `version "${text}"`);
  return { major: Number(major), full: text };
}
