import { accessFailure } from "./access-errors.ts";
import type { Asked, Said } from "./errors.ts";
import { isConflict } from "./exceptions.ts";
import { lineWithoutAccount } from "./hidden-reason.ts";
import { plainText } from "./plain-text.ts";

/** Odoo 14 calls what it refuses an unknown error, with the exception's class before its text. */
const wrappedBy14 =
  /^Unknown error during import: <class 'odoo\.exceptions\.(?:UserError|ValidationError|AccessError|MissingError)'>: ([\s\S]+)$/;

export const somebodyElse: Said = {
  class: "conflict",
  code: "concurrent_update",
  message: "somebody else writes the same records right now",
};

/** What a row's error text inside a reply of `load` means; the caller adds whose row it was. */
export function loadTextFailure(text: string, asked: Asked): Said {
  const known = wrappedBy14.exec(text);
  if (known) return loadTextFailure(known[1]!, asked);
  const said = plainText(text, asked.clean);
  if (isConflict("", text)) return somebodyElse;
  if (lineWithoutAccount.test(text)) {
    return {
      class: "rejected",
      code: "account_missing",
      message: "one of its lines has no account",
      hint: "Set an income account on the product or on its category in Odoo (Accounting), then retry.",
    };
  }
  const access = accessFailure(text, asked);
  if (access) return access;
  const external = /No matching record found for external id '([^']+)' in field '([^']+)'/.exec(text);
  if (external) {
    return {
      class: "dependency",
      code: "external_id_not_found",
      message: `${external[2]} points to ${external[1]}, which is not in Odoo yet`,
      hint: "It arrives with another event; if not, look whether that one is a dead letter.",
    };
  }
  const database = /No matching record found for database id '([^']+)' in field '([^']+)'/.exec(text);
  if (database) {
    return {
      class: "rejected",
      code: "record_missing",
      message: `${database[2]} points to the record with id ${database[1]}, which is archived or gone`,
      hint: "Unarchive it in Odoo or correct the mapping, then retry.",
    };
  }
  const missing = /Missing required value for the field '([^']+)'/.exec(text);
  if (missing) {
    return {
      class: "rejected",
      code: "field_missing",
      message: said,
      hint: "Give this field in the mapping, then retry.",
    };
  }
  if (/^Unknown (database )?error/i.test(text))
    return { class: "unknown", code: "odoo_error", message: said };
  return {
    class: "rejected",
    code: "refused",
    message: said,
    hint: "Correct this in Odoo or in the mapping, then retry.",
  };
}
