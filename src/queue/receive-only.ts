import type { EventStore } from "./event-store.ts";
import type { QueueWorker } from "./worker.ts";

/** Stands where a worker would, in a process that only stores: others deliver. */
export function receiveOnly(options: { store: EventStore; onChange(): void }): QueueWorker {
  const { store, onChange } = options;
  return {
    settle: async () => "lost",
    hold: () => {},
    probeNow: () => {},
    pause: async (reason) => {
      await store.pause(reason, Date.now());
      onChange();
    },
    resume: async () => {
      await store.resume();
      onChange();
    },
    wake: onChange,
    status: () => ({ paused: null, held: null, inFlight: 0, unsettled: 0, trouble: null }),
    stop: async () => {},
  };
}
