import type { HoldfastError } from "../failure.ts";
import { accessFailure, rights } from "./access-errors.ts";
import { type Asked, badCredentials, fail, type Said } from "./errors.ts";
import { plainText, splitTraceback } from "./plain-text.ts";

/** A Python exception as either transport reports it. */
export interface OdooException {
  /** "odoo.exceptions.ValidationError"; "" when unknown. */
  name: string;
  /** As sent, a traceback maybe. */
  message: string;
}

/** The failure that a Python exception of Odoo means; texts are in Odoo's own words, shortened. */
export function exceptionFailure(exception: OdooException, asked: Asked): HoldfastError {
  const column = unknownColumn(exception.message);
  if (column) return fail(asked, unknownField(column, asked));
  const split = splitTraceback(exception.message);
  const name = split?.name || exception.name;
  const text = split ? split.message : exception.message;
  const short = name.split(".").at(-1) ?? "";
  return fail(asked, sayException(short, text, asked));
}

function sayException(name: string, text: string, asked: Asked): Said {
  const said = plainText(text, asked.clean) || name;
  const what = asked.model && asked.method ? `${asked.model}.${asked.method}` : "this call";

  if (isConflict(name, text)) {
    return {
      class: "conflict",
      code: "concurrent_update",
      message: `Somebody else changes the same records in Odoo right now (${what}).`,
    };
  }
  if (/^(AccessDenied|Unauthorized|SessionExpiredException)$/.test(name))
    return badCredentials(asked).failure;
  if (isDatabaseMissing(text)) {
    return {
      class: "unavailable",
      code: "database_not_found",
      message: `Odoo at ${asked.origin} has no database "${asked.db}".`,
      hint: "Check the database name in the odoo-server node.",
    };
  }
  if (
    /^(OperationalError|InterfaceError|PoolError|AdminShutdown|CannotConnectNow|TooManyConnections)$/.test(
      name,
    )
  ) {
    return {
      class: "unavailable",
      code: "database_away",
      message: `Odoo at ${asked.origin} can't reach its own database right now: ${said}`,
    };
  }
  return sayRefusal(name, text, said, what, asked);
}

function sayRefusal(name: string, text: string, said: string, what: string, asked: Asked): Said {
  const access = accessFailure(text, asked);
  if (access) return access;
  if (isMethodUnknown(text, asked)) {
    return {
      class: "rejected",
      code: "unknown_method",
      message: `Odoo has no public method ${what}.`,
      hint: "Correct the method name in the flow, or look whether this Odoo version has it.",
    };
  }
  if (name === "AccessError" || name === "Forbidden") {
    return {
      class: "rejected",
      code: "access_denied",
      message: `Odoo denies ${what}: ${said}`,
      hint: rights(asked),
    };
  }
  if (name === "MissingError") {
    return {
      class: "rejected",
      code: "record_missing",
      message: `A record that ${what} needs is gone from Odoo: ${said}`,
      hint: "It was deleted in Odoo; look whether this event still matters, then discard or retry it.",
    };
  }
  if (isModelUnknown(name, text, asked)) {
    return {
      class: "rejected",
      code: "unknown_model",
      message: `Odoo has no model ${asked.model}.`,
      hint: "Install the Odoo app it belongs to, or correct the name in the flow.",
    };
  }
  if (/External ID not found/.test(text)) {
    return { class: "dependency", code: "external_id_not_found", message: `Not in Odoo yet: ${said}` };
  }
  const path = /Invalid field(?: name)? ['"]?([\w.]+)['"]?/.exec(text)?.[1];
  if (path) {
    const field =
      asked.model && path.startsWith(`${asked.model}.`) ? path.slice(asked.model.length + 1) : path;
    return unknownField(field, asked);
  }
  if (/^(UserError|ValidationError|RedirectWarning|IntegrityError|.*Violation)$/.test(name)) {
    return {
      class: "rejected",
      code: name === "ValidationError" ? "validation_error" : name === "UserError" ? "user_error" : "refused",
      message: `Odoo refuses ${what}: ${said}`,
      hint: "Correct this in Odoo or in the mapping, then retry.",
    };
  }
  if (
    /^(UnprocessableEntity|BadRequest)$/.test(name) ||
    /unexpected keyword argument|required (positional|keyword)/.test(text)
  ) {
    return { class: "rejected", code: "bad_call", message: `Odoo does not accept the call ${what}: ${said}` };
  }
  // An error inside Odoo or one of its apps: maybe it passes, maybe not.
  return {
    class: "unknown",
    code: "odoo_error",
    message: `Odoo failed in ${what}: ${name && name !== said ? `${name}: ` : ""}${said}`,
  };
}

function unknownField(field: string, asked: Asked): Said {
  return {
    class: "rejected",
    code: "unknown_field",
    message: `Odoo does not know the field ${field}${asked.model ? ` of ${asked.model}` : ""}.`,
    hint: "Correct the field name in the mapping, or install the Odoo app that adds it.",
  };
}

/** Odoo 14's `load` stumbles over a column that it does not know; only its last frame tells that from other errors. */
function unknownColumn(traceback: string): string | undefined {
  return /, in load\n.*\[field_path\[0\]\].*\nKeyError: '(\w+)'\s*$/.exec(traceback)?.[1];
}

function isMethodUnknown(text: string, { model, method }: Asked): boolean {
  if (/method '[^']*' does not exist|Private method|cannot be called remotely/i.test(text)) return true;
  return method !== undefined && text.includes(`has no attribute '${method}'`) && text.includes(model ?? "");
}

function isModelUnknown(name: string, text: string, { model = "" }: Asked): boolean {
  if (/^the model '.*' does not exist|^Object .* doesn't exist/.test(text)) return true;
  return name === "KeyError" && model !== "" && text.replace(/['"]/g, "") === model;
}

// PostgreSQL speaks the language its server is set to.
const serialization =
  /could not serialize access|deadlock detected|could not obtain lock|lock not available|canceling statement due to lock timeout|konnte Zugriff nicht serialisieren|Verklemmung|Deadlock entdeckt|sérialiser un accès|interblocage|no se pudo serializar|deadlock rilevato|serializzare l'accesso|não pôde serializar|kon toegang niet serialiseren/i;

/** Whether Odoo or PostgreSQL says that somebody else was quicker. */
export function isConflict(name: string, text: string): boolean {
  return (
    /^(LockError|LockNotAvailable|SerializationFailure|DeadlockDetected|TransactionRollbackError|ConcurrencyError)$/.test(
      name,
    ) || serialization.test(text)
  );
}

function isDatabaseMissing(text: string): boolean {
  return /database "[^"]*" does not exist|FATAL: .*(Datenbank|base de données|base de datos)/.test(text);
}
