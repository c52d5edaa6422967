/** The library without Node-RED: what the nodes stand on, for those who write their own. */
export type {
  LocationStock,
  MappedLocation,
  QueueInfo,
  ShopifyEvent,
  ShopifyHeaders,
  StockDirection,
} from "./event.ts";
export { type Failure, type FailureClass, failureOf, HoldfastError } from "./failure.ts";
export type * from "./import-plan.ts";
export { parseExactJson } from "./json.ts";
export { readPush, setUpPush, setUpPushAs } from "./odoo/automation.ts";
export { createOdooClient, type OdooClient } from "./odoo/client.ts";
export { type OdooConnectionReport, testOdooConnection } from "./odoo/connection.ts";
export { lookUp } from "./odoo/external-ids.ts";
export { createGatherer } from "./odoo/gather.ts";
export { applyPlans, type PlanResult } from "./odoo/import.ts";
export { type OdooOperation, operate } from "./odoo/operations.ts";
export { listPlaces, type OdooPlaces } from "./odoo/places.ts";
export { createPlanWriter } from "./odoo/plan-writer.ts";
export { type OperationName, readOperation } from "./odoo/read-operation.ts";
export type { SkuField } from "./odoo/stock-products.ts";
export type { StockMeasure } from "./odoo/stock-quantities.ts";
export { watchStock } from "./odoo/stock-watch.ts";
export type { Compared, StockWatch, StockWatchState } from "./odoo/stock-watch-options.ts";
export { passingMap } from "./passing-map.ts";
export { type BulkRedrive, startBulkRedrive, unendedRetry } from "./queue/bulk-redrive.ts";
export type { QueueDatabase } from "./queue/database.ts";
export { type DeadLetterCommand, readDeadLetterCommand } from "./queue/dead-letter-command.ts";
export { createDigester, type Digest } from "./queue/digest.ts";
export { packMessage, readEnvelope, unpackMessage } from "./queue/envelope.ts";
export type * from "./queue/event-store.ts";
export { type Cursor, findAcross, type QueuedEvent } from "./queue/find-across.ts";
export { readLines } from "./queue/lines.ts";
export { type Decision, decide, outcomeOf, type PolicyOptions } from "./queue/policy.ts";
export { createRates, type Rates } from "./queue/rates.ts";
export { receiveOnly } from "./queue/receive-only.ts";
export { readRedactCommand } from "./queue/redact-command.ts";
export { redactEvents } from "./queue/redact-events.ts";
export type { RedisServer } from "./queue/redis/address.ts";
export { openRedisDatabase } from "./queue/redis/database.ts";
export { type EmbeddedDatabase, openEmbeddedDatabase } from "./queue/sqlite/database.ts";
export { salvageEvents } from "./queue/sqlite/salvage.ts";
export { exportOpenEvents, type ImportTally, importEvents } from "./queue/transfer.ts";
export { startUpkeep } from "./queue/upkeep.ts";
export { type QueueWorker, startWorker, type WorkerOutcome, type WorkerStatus } from "./queue/worker.ts";
export { type AdminClient, type AdminConfig, createAdminClient } from "./shopify/admin.ts";
export { type BackfillProgress, type BackfillReport, runBackfill } from "./shopify/backfill.ts";
export type { BackfillEvent } from "./shopify/backfill-event.ts";
export { type Arrived, arrivedEvent } from "./shopify/backfill-missing.ts";
export { patiently } from "./shopify/backfill-patience.ts";
export {
  type BackfillJob,
  type BackfillSettings,
  goesOn,
  type ReadRequest,
  readBackfillRequest,
  readBackfillTopics,
} from "./shopify/backfill-request.ts";
export {
  type BackfillState,
  finished,
  progressed,
  readBackfillState,
} from "./shopify/backfill-state.ts";
export { type ConnectionReport, testConnection } from "./shopify/connection.ts";
export { type CountedLevel, readCountedLevels } from "./shopify/counted-levels.ts";
export { type EventIdentity, eventIdentity } from "./shopify/event-identity.ts";
export { type FulfilResult, fulfilDelivery } from "./shopify/fulfillment.ts";
export type { TrackingChange } from "./shopify/fulfillment-changes.ts";
export { doFulfillment, type FulfillmentDone } from "./shopify/fulfillment-command.ts";
export type { Delivery } from "./shopify/fulfillment-delivery.ts";
export { runGraphql } from "./shopify/graphql-command.ts";
export {
  type Drift,
  type StockOptions,
  type StockResult,
  type StockRow,
  setStock,
} from "./shopify/inventory.ts";
export { listLocations, type ShopifyLocation } from "./shopify/locations.ts";
export { type Received, type ReceivedEvent, receiveWebhook } from "./shopify/receive.ts";
export { readRedactRequest, redactCustomer } from "./shopify/redact.ts";
export {
  type CommandResult,
  failureAmong,
  type NamedStockRow,
  readStockRows,
  setStockOfAll,
} from "./shopify/stock-command.ts";
export { webhookAddress } from "./shopify/subscription-address.ts";
export {
  absentTopics,
  checkWebhooks,
  registerWebhooks,
  type WebhookReport,
} from "./shopify/subscriptions.ts";
export { eventToPlan, mappedTopics } from "./sync/event-to-plan.ts";
export { fulfillmentToPlan } from "./sync/fulfillment.ts";
export { type OdooStock, type StockedProduct, type StockSource, stockRows } from "./sync/inventory.ts";
export {
  type CountedStock,
  inventoryLevelToPlan,
  isStockTopic,
  recheckOf,
  type StockRecheck,
  stockPlaceOf,
} from "./sync/inventory-level.ts";
export { checkTable, tableProblems } from "./sync/location-problems.ts";
export {
  type MergedTable,
  type RowNote,
  type TableRow,
  withOdoo,
  withShopify,
} from "./sync/location-table.ts";
export {
  type LocationRow,
  locationIdOf,
  locationIdsOf,
  type OdooPlace,
  policyFor,
  stockSources,
  toOdoo,
  toShopify,
} from "./sync/locations.ts";
export { orderToPlan } from "./sync/order.ts";
export {
  type JournalRow,
  type OrderMappingOptions,
  type OrderMappingSettings,
  orderMappingDefaults,
  type SpecialProducts,
  type TaxRow,
} from "./sync/order-options.ts";
export { refundToPlan } from "./sync/refund.ts";
export type * from "./sync/shopify-shapes.ts";
export { deliveryMessage, stockLocations, stockMessages } from "./sync/stock-messages.ts";
