import type { Asked, Said } from "./errors.ts";
import { plainText } from "./plain-text.ts";

/** AccessError names model, operation and the groups that may: an operator needs just that. */
export function accessFailure(text: string, asked: Asked): Said | undefined {
  const field = /enough rights to access the field "([^"]+)" on [^(\n]*\(([\w.]+)\)/.exec(text);
  if (field) {
    const listed = /allowed for groups (.*)/.exec(text)?.[1] ?? "";
    const groups = [...listed.matchAll(/'([^']+)'/g)].map((match) => match[1]);
    return {
      class: "rejected",
      code: "field_access_denied",
      message: `Odoo does not let ${asked.login || "this user"} use the field ${field[1]} of ${field[2]}.`,
      hint: groups.length > 0 ? oneOf(asked, groups) : rights(asked),
    };
  }
  const denied =
    /not allowed to (create|modify|access|delete|read|write|unlink) '([^']+)' \(([\w.]+)\)/i.exec(text);
  if (!denied) {
    if (!/top-secret records|due to security restrictions|access rule|record rule/i.test(text))
      return undefined;
    return {
      class: "rejected",
      code: "record_access_denied",
      message: `Odoo denies ${asked.login || "this user"} a single record: ${plainText(text, asked.clean)}`,
      hint: `In Odoo, look at the record's company and salesperson, and at the rights of ${asked.login || "this user"}.`,
    };
  }
  const [, operation, label, model] = denied;
  const groups = [...text.matchAll(/^\s*-\s*(.+?)\s*$/gm)].map((match) => match[1]);
  const user = asked.login || "this user";
  return {
    class: "rejected",
    code: "access_denied",
    message: `Odoo does not let ${user} ${operation} ${label} (${model}).`,
    hint: groups.length > 0 ? oneOf(asked, groups) : rights(asked),
  };
}

function oneOf(asked: Asked, groups: readonly (string | undefined)[]): string {
  return `In Odoo, give ${asked.login || "this user"} one of these rights: ${groups.slice(0, 4).join(", ")}.`;
}

/** The hint where Odoo names no groups. */
export function rights(asked: Asked): string {
  return `In Odoo, look at the access rights of ${asked.login || "this user"} (Settings, Users).`;
}
