import { isJsonObject } from "../json.ts";
import { idDigits } from "../shopify-id.ts";

type Body = Record<string, unknown>;
type Check = (body: Body) => string | null;

/**
 * Why a body can't be what its topic says, or null when it can.
 * Headers are not signed: whoever holds one signed delivery can send its bytes again under another topic.
 * So an order must look like an order, and a cancelled one must say that it is cancelled.
 * Topics this table does not know pass, as long as the body is an object.
 */
export function shapeMismatch(topic: string, body: unknown): string | null {
  if (!isJsonObject(body)) return "the body is not a JSON object";
  const check = exact.get(topic) ?? byResource.get(topic.slice(0, topic.indexOf("/")));
  return check?.(body) ?? null;
}

const exact = new Map<string, Check>(
  Object.entries({
    // A deleted record is told by its id alone; anything fuller is another topic's body.
    "orders/delete": all(idOf(), none("line_items", "variants", "order_id")),
    "products/delete": all(idOf(), none("line_items", "variants", "order_id")),
    "customers/delete": all(idOf("Customer"), none("line_items", "variants", "order_id")),
    "orders/edited": (body: Body) =>
      isJsonObject(body.order_edit) && idDigits(body.order_edit.order_id)
        ? null
        : "it has no order_edit.order_id",
    "orders/cancelled": all(idOf("Order"), list("line_items"), filled("cancelled_at")),
    "orders/risk_assessment_changed": filled("order_id"),
    "orders/shopify_protect_eligibility_changed": () => null,
    "customers/data_request": filled("customer"),
    "customers/redact": filled("customer"),
    "customers/merge": () => null,
  }),
);

const byResource = new Map<string, Check>(
  Object.entries({
    orders: all(idOf("Order"), list("line_items")),
    refunds: all(idOf("Refund"), filled("order_id"), list("refund_line_items")),
    fulfillments: all(idOf("Fulfillment"), filled("order_id"), filled("status")),
    customers: all(idOf("Customer"), none("line_items", "variants", "order_id")),
    products: all(idOf("Product"), list("variants"), none("line_items", "order_id")),
    inventory_levels: all(filled("inventory_item_id"), filled("location_id")),
  }),
);

function all(...checks: Check[]): Check {
  return (body) => {
    for (const check of checks) {
      const reason = check(body);
      if (reason !== null) return reason;
    }
    return null;
  };
}

function idOf(type?: string): Check {
  return (body) => {
    const gid = body.admin_graphql_api_id;
    if (idDigits(body.id) === null && idDigits(gid) === null) return "it has no id";
    if (type !== undefined && typeof gid === "string" && !gid.startsWith(`gid://shopify/${type}/`))
      return `its admin_graphql_api_id is not that of a ${type}`;
    return null;
  };
}

function list(field: string): Check {
  return (body) => (Array.isArray(body[field]) ? null : `it has no ${field}`);
}

function filled(field: string): Check {
  return (body) => (body[field] === undefined || body[field] === null ? `it has no ${field}` : null);
}

function none(...fields: string[]): Check {
  return (body) => {
    const foreign = fields.find((field) => body[field] !== undefined);
    return foreign === undefined ? null : `it has ${foreign}`;
  };
}
