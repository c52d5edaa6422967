import type { ImportValue, RecordReference } from "../import-plan.ts";
import { fingerprint } from "./address.ts";
import type { OrderMappingOptions } from "./order-options.ts";
import { listed } from "./order-steps.ts";
import { textOf } from "./read.ts";
import type { ShopifyOrder, Unchecked } from "./shopify-shapes.ts";

/** What Odoo knows of an order besides its lines: who sells, where the buyer came from, how it is tagged. */
export function orderExtras(
  order: Unchecked<ShopifyOrder>,
  options: OrderMappingOptions,
  who: string,
): Record<string, ImportValue> {
  const values: Record<string, ImportValue> = {};
  if (options.salesperson)
    values.user_id = mustExist(who, "res.users", { login: options.salesperson }, "user", options.salesperson);
  if (options.team)
    values.team_id = mustExist(who, "crm.team", { name: options.team }, "sales team", options.team);
  if (options.tags) {
    const tags = [...new Set(listed(order.tags))];
    // Tags that somebody gave in Odoo stay while Shopify has none.
    if (tags.length > 0) values.tag_ids = tags.map((tag) => named("crm.tag", "tag", tag, options));
  }
  if (options.utm) Object.assign(values, utmValues(order, options));
  return values;
}

function utmValues(
  order: Unchecked<ShopifyOrder>,
  options: OrderMappingOptions,
): Record<string, ImportValue> {
  const query = /\?(.*)/s.exec(textOf(order.landing_site) ?? "")?.[1] ?? "";
  const parameters = new URLSearchParams(query);
  const channel = textOf(order.source_name);
  const values: Record<string, ImportValue> = {};
  // Apps sell under a number, which tells nobody anything.
  const source =
    textOf(parameters.get("utm_source")) ??
    (channel !== null && !/^\d+$/.test(channel) ? `Shopify ${channel}` : null);
  if (source !== null) values.source_id = named("utm.source", "utm_source", source, options);
  const medium = textOf(parameters.get("utm_medium"));
  if (medium !== null) values.medium_id = named("utm.medium", "utm_medium", medium, options);
  const campaign = textOf(parameters.get("utm_campaign"));
  if (campaign !== null) values.campaign_id = named("utm.campaign", "utm_campaign", campaign, options);
  return values;
}

/** A record that is nothing but its name, made where it is missing. */
function named(model: string, kind: string, name: string, options: OrderMappingOptions): RecordReference {
  const externalId = `${options.externalIdPrefix}${kind}_${fingerprint(name.toLowerCase())}`;
  return {
    find: {
      model,
      where: { name },
      several: "first",
      missing: { create: { model, externalId, values: { name } } },
    },
  };
}

function mustExist(
  who: string,
  model: string,
  where: Record<string, string>,
  what: string,
  name: string,
): RecordReference {
  return {
    find: {
      model,
      where,
      several: "first",
      missing: {
        class: "rejected",
        code: `${model.replace(".", "_")}_not_found`,
        message: `${who}: Odoo has no ${what} ${name}, which the mapping node names.`,
        hint: `Correct the ${what} in the mapping node, or add it in Odoo, then retry.`,
      },
    },
  };
}
