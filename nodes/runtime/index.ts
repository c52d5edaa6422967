export { type Activity, onActivity, tellActivity } from "./activity.ts";
export { serveAdminApi } from "./admin-api.ts";
export { addAdminRoute } from "./admin-route.ts";
export { createNode } from "./create-node.ts";
export { acquireDatabase, type DatabasePlace, releaseDatabase } from "./databases.ts";
export {
  closeDestination,
  type Destination,
  destinationAnswered,
  destinationFailed,
  destinations,
  openDestination,
  watching,
} from "./destinations.ts";
export { fail, onClose, onInput } from "./handle.ts";
export {
  forgetLease,
  hadLease,
  isDead,
  type LiveLease,
  leaseOf,
  registerLease,
  settleDone,
  wasDone,
} from "./leases.ts";
export type { FlowNode, Message, Runtime, Send } from "./node-red.ts";
export {
  findQueue,
  openQueues,
  type QueueRole,
  type QueueSession,
  type QueueState,
  startQueueSession,
} from "./queue-session.ts";
export { addRawRoute, answer, normalisePath, type RawRoute } from "./raw-routes.ts";
export {
  claimReceipt,
  expireReceipt,
  onlyTarget,
  openReceipt,
  type Receipt,
  unclaimedMessages,
  verbatimText,
} from "./receipts.ts";
export { flag, positive, setting, whole } from "./setting.ts";
export { settingsReader } from "./settings-from.ts";
export { statusText } from "./status-text.ts";
