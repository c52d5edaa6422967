import type { AdminOperation } from "./admin.ts";

/** Pages are as large as a query's 1,000 points allow. */
export const readOrderOperation: AdminOperation = {
  name: "ReadOrderFulfillments",
  text: `query ReadOrderFulfillments($order: ID!, $after: String) {
  order(id: $order) {
    id
    name
    cancelledAt
    fulfillments(first: 100) { id status }
    fulfillmentOrders(first: 4, after: $after) {
      nodes {
        id
        status
        assignedLocation { name location { id } }
        supportedActions { action }
        fulfillmentHolds { reason reasonNotes }
        lineItems(first: 50) { ...lines }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
fragment lines on FulfillmentOrderLineItemConnection {
  nodes { id remainingQuantity lineItem { id name } }
  pageInfo { hasNextPage endCursor }
}`,
  repeatable: true,
};

export const readOrderLinesOperation: AdminOperation = {
  name: "ReadFulfillmentOrderLines",
  text: `query ReadFulfillmentOrderLines($id: ID!, $after: String) {
  node(id: $id) {
    ... on FulfillmentOrder {
      lineItems(first: 250, after: $after) {
        nodes { id remainingQuantity lineItem { id name } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`,
  repeatable: true,
};

export const readFulfillmentsOperation: AdminOperation = {
  name: "ReadFulfillments",
  text: `query ReadFulfillments($ids: [ID!]!) {
  nodes(ids: $ids) {
    id
    ... on Fulfillment {
      status
      trackingInfo(first: 20) { company number url }
      fulfillmentLineItems(first: 50) { nodes { quantity lineItem { id } } pageInfo { hasNextPage endCursor } }
    }
  }
}`,
  repeatable: true,
};

export const readFulfillmentLinesOperation: AdminOperation = {
  name: "ReadFulfillmentLines",
  text: `query ReadFulfillmentLines($id: ID!, $after: String) {
  node(id: $id) {
    ... on Fulfillment {
      fulfillmentLineItems(first: 250, after: $after) {
        nodes { quantity lineItem { id } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`,
  repeatable: true,
};

/** Has no idempotency key: who repeats it without reading first ships twice. */
export const createFulfillmentOperation: AdminOperation = {
  name: "CreateFulfillment",
  text: `mutation CreateFulfillment($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id }
    userErrors { field message }
  }
}`,
  repeatable: false,
};

/** Says what the tracking is, not what changes: twice is as good as once. */
export const updateTrackingOperation: AdminOperation = {
  name: "UpdateTracking",
  text: `mutation UpdateTracking($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { id }
    userErrors { field message }
  }
}`,
  repeatable: false,
};

export const cancelFulfillmentOperation: AdminOperation = {
  name: "CancelFulfillment",
  text: `mutation CancelFulfillment($id: ID!) {
  fulfillmentCancel(id: $id) {
    fulfillment { id status }
    userErrors { field message }
  }
}`,
  repeatable: false,
};
