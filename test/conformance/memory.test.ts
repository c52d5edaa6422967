import { memoryStore } from "../support/queue-memory-store.ts";
import { describeEventStore } from "./event-store.ts";

describeEventStore("in memory, for tests", async (options = {}) => memoryStore(options));
