import assert from "node:assert/strict";
import { parse, validate } from "graphql";
import { queryCost } from "../../sandbox/shopify/admin/cost.ts";
import { adminSchema } from "../../sandbox/shopify/admin/graphql.ts";
import type { AdminOperation } from "../../src/shopify/admin.ts";
import { testConnectionOperation } from "../../src/shopify/connection.ts";
import * as fulfillment from "../../src/shopify/fulfillment-operations.ts";
import { readLevelsOperation } from "../../src/shopify/inventory-levels.ts";
import { activateOperation, setQuantitiesOperation } from "../../src/shopify/inventory-writes.ts";
import * as orderReader from "../../src/shopify/order-reader-queries.ts";
import {
  createSubscriptionOperation,
  listSubscriptionsOperation,
  moveSubscriptionOperation,
} from "../../src/shopify/subscriptions.ts";

const operations: AdminOperation[] = [
  createSubscriptionOperation,
  listSubscriptionsOperation,
  moveSubscriptionOperation,
  ...Object.values(fulfillment),
  readLevelsOperation(1),
  readLevelsOperation(8),
  setQuantitiesOperation,
  activateOperation,
  testConnectionOperation,
  orderReader.findOrdersOperation("UPDATED_AT"),
  orderReader.findOrdersOperation("CREATED_AT"),
  orderReader.findOrdersByIdOperation,
  orderReader.readOrderOperation,
  orderReader.readOrderLinesOperation,
  orderReader.readRefundOperation,
  orderReader.readFulfillmentOperation,
];

describe("what is asked of Shopify", () => {
  for (const { name, text } of operations)
    it(`${name} is valid in the documented schema, named as its cost is learned, and far from too expensive`, () => {
      const document = parse(text);
      assert.deepEqual(validate(adminSchema, document), []);
      assert.match(text, new RegExp(`(query|mutation) ${name}\\b`));
      const ids = {
        ids: Array(6).fill(""),
        items: Array(27).fill(""),
        first: 50,
        lines: orderReader.linesAtOnce,
      };
      const cost = queryCost({ schema: adminSchema, document, operationName: name, variables: ids });
      assert.ok(cost <= 800, `${cost} points`);
    });
});
