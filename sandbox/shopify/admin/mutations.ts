import type { GraphQLResolveInfo } from "graphql";
import { getDirectiveValues } from "graphql";
import { requireLoopback } from "../../loopback.ts";
import { BadArgument } from "./connection.ts";
import { fulfillmentView } from "./fulfillment-views.ts";
import type { IdempotencyKeys } from "./idempotency.ts";
import { gid, idIn } from "./ids.ts";
import type { TrackingInput } from "./order-shapes.ts";
import { type QuantityRow, setQuantities } from "./set-quantities.ts";
import type { Shop } from "./shop.ts";
import { topicOf } from "./topics.ts";
import { levelView, subscriptionView } from "./views.ts";

interface UserError {
  field: string[] | null;
  message: string;
}

export interface MutationSettings {
  apiVersion: string;
  /** Whether the good rows of a call are set although others are refused. Shopify does not say; all or nothing is assumed. */
  partialRows: boolean;
}

/** The fields of Mutation. Not documented; assumed: what is refused where no page is named for it, and the words of a refusal. */
export function mutationRoot(shop: Shop, keys: IdempotencyKeys, settings: MutationSettings) {
  const { stock, orders, outbox } = shop;

  /** Mandatory since 2026-04; the wording of the refusal is assumed: https://shopify.dev/changelog/making-idempotency-mandatory-for-inventory-adjustments-and-refund-mutations */
  async function idempotent<T extends { userErrors: unknown[] }>(
    info: GraphQLResolveInfo,
    given: object,
    work: () => T,
    refusal: (refused: { code: string; message: string }) => T,
  ): Promise<T> {
    const values = getDirectiveValues(
      info.schema.getDirective("idempotent")!,
      info.fieldNodes[0]!,
      info.variableValues,
    );
    if (!values?.key)
      throw new BadArgument("The @idempotent directive is required for this mutation but was not provided.");
    const result = await keys.once(
      String(values.key),
      { field: info.fieldName, given },
      work,
      ({ userErrors }) => userErrors.length > 0,
    );
    return "refused" in result ? refusal({ code: result.refused, message: result.message }) : result;
  }

  return {
    inventorySetQuantities: (
      {
        input,
      }: {
        input: { name: string; reason: string; referenceDocumentUri?: string; quantities: QuantityRow[] };
      },
      _context: unknown,
      info: GraphQLResolveInfo,
    ) =>
      idempotent(
        info,
        input,
        () => setQuantities(shop, input, settings.partialRows),
        ({ code, message }) => ({
          inventoryAdjustmentGroup: null,
          userErrors: [{ code, field: [], message }],
        }),
      ),

    // https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/inventoryActivate
    inventoryActivate: (
      given: { inventoryItemId: string; locationId: string; available?: number | null },
      _context: unknown,
      info: GraphQLResolveInfo,
    ) =>
      idempotent<{ inventoryLevel: object | null; userErrors: UserError[] }>(
        info,
        given,
        () => {
          const item = stock.item(idIn(given.inventoryItemId, "InventoryItem"));
          const location = stock.location(idIn(given.locationId, "Location"));
          const refuse = (field: string, message: string) => ({
            inventoryLevel: null,
            userErrors: [{ field: [field], message }],
          });
          if (!item) return refuse("inventoryItemId", "The inventory item couldn't be found.");
          if (!location) return refuse("locationId", "The location couldn't be found.");
          if (!location.active)
            return refuse("locationId", "The location couldn't be found because it is deactivated.");
          // An active level's quantity can't be set here since 2024-10: https://shopify.dev/changelog/deprecating-the-ability-to-set-available-quantities-on-already-active-states-on-the-inventoryactivate-graphql-mutation
          const wasActive = stock.level(item.id, location.id)?.active === true;
          if (wasActive && given.available !== null && given.available !== undefined)
            return refuse(
              "available",
              "Not allowed to set available quantity when the item is already active at the location.",
            );
          const level = stock.activate(item, location);
          if (given.available !== null && given.available !== undefined)
            stock.change(level, { available: given.available });
          return { inventoryLevel: levelView(shop, level), userErrors: [] };
        },
        ({ message }) => ({ inventoryLevel: null, userErrors: [{ field: null, message }] }),
      ),

    // Of one order and one location, and all that is left where no lines are named: https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/fulfillmentCreate
    fulfillmentCreate: ({
      fulfillment: input,
    }: {
      fulfillment: {
        lineItemsByFulfillmentOrder: {
          fulfillmentOrderId: string;
          fulfillmentOrderLineItems?: { id: string; quantity: number }[] | null;
        }[];
        trackingInfo?: TrackingInput | null;
      };
    }) => {
      const refuse = (message: string) => ({
        fulfillment: null,
        userErrors: [{ field: ["fulfillment"], message }],
      });
      const wanted: Parameters<typeof orders.fulfil>[0] = [];
      for (const { fulfillmentOrderId, fulfillmentOrderLineItems } of input.lineItemsByFulfillmentOrder) {
        const of = orders.fulfillmentOrder(idIn(fulfillmentOrderId, "FulfillmentOrder"));
        if (!of) return refuse("Fulfillment order does not exist.");
        // Not while on hold: https://shopify.dev/docs/api/admin-graphql/2026-10/enums/FulfillmentOrderStatus
        if (of.status !== "OPEN" && of.status !== "IN_PROGRESS")
          return refuse(
            `Fulfillment order ${of.id} has an unfulfillable status= ${of.status === "ON_HOLD" ? "on_hold" : "closed"}.`,
          );
        const chosen = fulfillmentOrderLineItems?.length
          ? fulfillmentOrderLineItems
          : of.lines.map((line) => ({
              id: gid("FulfillmentOrderLineItem", line.id),
              quantity: line.remaining,
            }));
        for (const { id, quantity } of chosen) {
          const from = of.lines.find((line) => line.id === idIn(id, "FulfillmentOrderLineItem"));
          if (!from) return refuse("Fulfillment order line item does not exist.");
          if (quantity < 1 || quantity > from.remaining)
            return refuse("Invalid fulfillment order line item quantity requested.");
          wanted.push({ from, of, quantity });
        }
      }
      if (new Set(wanted.map(({ of }) => of.order)).size > 1)
        return refuse("All fulfillment orders must belong to the same order.");
      if (new Set(wanted.map(({ of }) => of.location)).size > 1)
        return refuse("All fulfillment orders must be assigned to the same location.");
      const made = orders.fulfil(wanted, input.trackingInfo ?? {});
      return { fulfillment: fulfillmentView(shop, made), userErrors: [] };
    },

    // https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/fulfillmentTrackingInfoUpdate
    // Not documented; assumed: what is left out is emptied, and a cancelled fulfillment is no exception.
    fulfillmentTrackingInfoUpdate: (given: { fulfillmentId: string; trackingInfoInput: TrackingInput }) => {
      const one = orders.fulfillment(idIn(given.fulfillmentId, "Fulfillment"));
      if (!one)
        return {
          fulfillment: null,
          userErrors: [{ field: ["fulfillmentId"], message: "Fulfillment does not exist." }],
        };
      orders.track(one, given.trackingInfoInput);
      return { fulfillment: fulfillmentView(shop, one), userErrors: [] };
    },

    // https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/fulfillmentCancel
    // Not documented; assumed: a second time is refused.
    fulfillmentCancel: ({ id }: { id: string }) => {
      const one = orders.fulfillment(idIn(id, "Fulfillment"));
      const refuse = (message: string) => ({ fulfillment: null, userErrors: [{ field: ["id"], message }] });
      if (!one) return refuse("Fulfillment not found.");
      if (one.payload.status === "cancelled") return refuse("Fulfillment is already cancelled.");
      orders.cancelFulfillment(one);
      return { fulfillment: fulfillmentView(shop, one), userErrors: [] };
    },

    // https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/webhookSubscriptionCreate
    // Not documented; assumed: a second subscription of a topic and an address is refused.
    webhookSubscriptionCreate: (given: {
      topic: string;
      webhookSubscription: { uri?: string | null; includeFields?: string[] | null };
    }) => {
      const { uri, includeFields } = given.webhookSubscription;
      const topic = topicOf(given.topic);
      const refuse = (message: string) => ({
        webhookSubscription: null,
        userErrors: [{ field: ["webhookSubscription", "uri"], message }],
      });
      if (!uri) return refuse("Address can't be blank");
      if (!isAllowed(uri)) return refuse("Address is not allowed");
      if (outbox.subscriptions.some((one) => one.topic === topic && one.uri === uri))
        return refuse("Address for this topic has already been taken");
      const made = outbox.subscribe(topic, uri, includeFields ?? []);
      return { webhookSubscription: subscriptionView(made, settings.apiVersion), userErrors: [] };
    },

    // Only what is named changes: https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/webhookSubscriptionUpdate
    webhookSubscriptionUpdate: (given: {
      id: string;
      webhookSubscription: { uri?: string | null; includeFields?: string[] | null };
    }) => {
      const { uri, includeFields } = given.webhookSubscription;
      const refuse = (field: string[], message: string) => ({
        webhookSubscription: null,
        userErrors: [{ field, message }],
      });
      const one = outbox.subscriptions.find(({ id }) => id === idIn(given.id, "WebhookSubscription"));
      if (!one) return refuse(["id"], "Webhook subscription does not exist");
      const uriField = ["webhookSubscription", "uri"];
      if (uri && !isAllowed(uri)) return refuse(uriField, "Address is not allowed");
      if (outbox.subscriptions.some((each) => each !== one && each.topic === one.topic && each.uri === uri))
        return refuse(uriField, "Address for this topic has already been taken");
      if (uri) one.uri = uri;
      if (includeFields) one.includeFields = includeFields;
      return { webhookSubscription: subscriptionView(one, settings.apiVersion), userErrors: [] };
    },

    // https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/webhookSubscriptionDelete
    webhookSubscriptionDelete: ({ id }: { id: string }) =>
      outbox.unsubscribe(idIn(id, "WebhookSubscription") ?? "")
        ? { deletedWebhookSubscriptionId: id, userErrors: [] }
        : {
            deletedWebhookSubscriptionId: null,
            userErrors: [{ field: ["id"], message: "Webhook subscription does not exist" }],
          },
  };
}

/** Shopify asks for https (https://shopify.dev/docs/apps/build/webhooks/subscribe/https); a sandbox sends to this machine only. */
function isAllowed(uri: string): boolean {
  try {
    requireLoopback(uri);
    return true;
  } catch {
    return false;
  }
}
