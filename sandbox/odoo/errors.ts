/** Why a call failed, in Odoo's own terms: the exception's class decides status and fault code. */
export class OdooError extends Error {
  /** As in the `name` of a JSON-2 error body. */
  readonly odooName: string;
  readonly status: number;
  constructor(odooName: string, status: number, message: string) {
    super(message);
    this.odooName = odooName;
    this.status = status;
  }
  /** A UserError or one of its kin: XML-RPC fault 2, and `load` reports it in plain words. */
  get foreseen(): boolean {
    return ["UserError", "ValidationError", "MissingError", "AccessError"].some((kind) =>
      this.odooName.endsWith(`.${kind}`),
    );
  }
}

// Statuses: odoo/exceptions.py (http_status) and Json2Dispatcher.handle_error in odoo/http.py, 19.0.
export const userError = (message: string) => new OdooError("odoo.exceptions.UserError", 422, message);
export const validationError = (message: string) =>
  new OdooError("odoo.exceptions.ValidationError", 422, message);
export const accessError = (message: string) => new OdooError("odoo.exceptions.AccessError", 403, message);
export const accessDenied = () => new OdooError("odoo.exceptions.AccessDenied", 403, "Access Denied");
export const valueError = (message: string) => new OdooError("builtins.ValueError", 500, message);
export const pythonError = (kind: string, message: string) => new OdooError(`builtins.${kind}`, 500, message);
export const notFound = (message: string) => new OdooError("werkzeug.exceptions.NotFound", 404, message);
export const badRequest = (message: string) => new OdooError("werkzeug.exceptions.BadRequest", 400, message);
export const unauthorized = (message: string) =>
  new OdooError("werkzeug.exceptions.Unauthorized", 401, message);
export const unprocessable = (message: string) =>
  new OdooError("werkzeug.exceptions.UnprocessableEntity", 422, message);
export const serializationFailure = () =>
  new OdooError(
    "psycopg2.errors.SerializationFailure",
    500,
    "could not serialize access due to concurrent update\n",
  );

export const missingError = (model: string, ids: readonly number[], uid: number) =>
  new OdooError(
    "odoo.exceptions.MissingError",
    404,
    `Record does not exist or has been deleted.\n(Record: ${model}(${ids.join(", ")}${ids.length === 1 ? "," : ""}), User: ${uid})`,
  );

/** A NOT NULL column was left empty; `load` words it differently from `create`. */
export class MissingValue extends Error {
  readonly model: string;
  readonly field: string;
  constructor(model: string, field: string) {
    super(`${model}.${field} is empty`);
    this.model = model;
    this.field = field;
  }
}

/** A CHECK constraint in the database, with the text that Odoo gives it. */
export class CheckFailed extends Error {}

/** A value as Python would show it, for error texts. */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(pythonText).join(", ")}]`;
  return String(value);
}
