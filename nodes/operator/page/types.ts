/** The API's answers, as docs/operator-api.json describes them. */
export type { Destination } from "../../runtime/destinations.ts";
export type { EventDetail, EventRow } from "../event-view.ts";
export type { Health, QueueView } from "../overview.ts";

import type { Act } from "../../../src/index.ts";
import type { Destination } from "../../runtime/destinations.ts";
import type { EventRow } from "../event-view.ts";
import type { Health, QueueView } from "../overview.ts";

export interface Overview {
  now: number;
  you: { name: string; mayWrite: boolean };
  queues: QueueView[];
  destinations: Destination[];
  health: Health;
}

export interface LogPage {
  named: EventRow[];
  events: EventRow[];
  next: string | null;
}

export type { Act };
