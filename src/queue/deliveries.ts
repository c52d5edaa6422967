import { randomUUID } from "node:crypto";
import { passingMap } from "../passing-map.ts";
import type { EventRef, LeasedEvent } from "./event-store.ts";

export interface Delivery {
  /** Opaque to whoever gets it. */
  lease: string;
  event: LeasedEvent;
  ref: EventRef;
  /** When the flow has had its time. */
  limitAt: number;
  leaseUntil: number;
  /** Its outcome is on the way to the store. */
  ended: boolean;
}

/** What a worker has handed out and not heard the end of. */
export interface Deliveries {
  add(event: LeasedEvent, limitAt: number): Delivery;
  find(lease: string): Delivery | undefined;
  of(ref: EventRef): Delivery | undefined;
  all(): Delivery[];
  remove(delivery: Delivery): void;
  inFlight(): Delivery[];
  /** Calls back once, when none is left. Returns how to stop it. */
  whenNone(callBack: () => void): () => void;
}

export function createDeliveries(onEnd: (lease: string) => void): Deliveries {
  const prefix = randomUUID().slice(0, 8);
  const deliveries = passingMap<string, Delivery>();
  let onNone: (() => void) | null = null;
  const leaseOf = ({ id, fence }: EventRef) => `${prefix}.${id}.${fence}`;
  return {
    add: (event, limitAt) => {
      const lease = leaseOf(event);
      const ref = { id: event.id, fence: event.fence };
      const delivery = { lease, event, ref, limitAt, leaseUntil: event.leaseUntil, ended: false };
      deliveries.set(lease, delivery);
      return delivery;
    },
    find: (lease) => deliveries.get(lease),
    of: (ref) => deliveries.get(leaseOf(ref)),
    all: () => deliveries.values(),
    remove: ({ lease }) => {
      if (!deliveries.delete(lease)) return;
      onEnd(lease);
      if (deliveries.size() === 0) onNone?.();
    },
    inFlight: () => deliveries.values().filter(({ ended }) => !ended),
    whenNone: (callBack) => {
      onNone = callBack;
      return () => {
        onNone = null;
      };
    },
  };
}
