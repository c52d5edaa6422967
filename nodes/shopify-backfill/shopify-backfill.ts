import { setTimeout as sleep } from "node:timers/promises";
import type { NodeDef } from "node-red";
import {
  type BackfillReport,
  type BackfillSettings,
  type BackfillState,
  type Failure,
  finished,
  goesOn,
  HoldfastError,
  patiently,
  progressed,
  type ReadRequest,
  readBackfillRequest,
  readBackfillState,
  readBackfillTopics,
  runBackfill,
} from "../../src/index.ts";
import {
  createNode,
  type FlowNode,
  fail,
  type Message,
  onClose,
  onInput,
  positive,
  type Runtime,
  setting,
  settingsReader,
  statusText,
} from "../runtime/index.ts";
import type { ShopifyStoreNode } from "../shopify-store/shopify-store.ts";
import { arrivedEvents, receivingSince } from "./arrived-events.ts";
import { storeEvent } from "./store-event.ts";

interface Config extends NodeDef {
  store: string;
  topics: string;
  queue: string;
  lookBackHours: number | string;
  overlapMinutes: number | string;
  settleMinutes: number | string;
}

const contextKey = "backfill";
const closeWithinMs = 3_000;

/** Brings what Shopify never delivered: one run a message, one run at a time. */
export default function register(RED: Runtime): void {
  function ShopifyBackfill(this: FlowNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    const store = RED.nodes.getNode(config.store) as ShopifyStoreNode | null;
    const queueName = setting(config.queue);
    const stopping = new AbortController();
    let running: Promise<unknown> = Promise.resolve();
    let waiting = 0;

    const said = settingsReader(RED, this, config);
    const settingsFor = async (message: Message): Promise<BackfillSettings> => {
      const { topics, lookBackHours, overlapMinutes, settleMinutes } = await said(message);
      return {
        topics: readBackfillTopics(setting(topics)),
        lookBackMs: positive(lookBackHours, 72) * 3_600_000,
        overlapMs: positive(overlapMinutes, 60) * 60_000,
        settleMs: positive(settleMinutes, 5) * 60_000,
      };
    };
    const readState = async (): Promise<BackfillState> =>
      readBackfillState(
        await new Promise((resolve, reject) =>
          this.context().get(contextKey, undefined, (error: unknown, value: unknown) =>
            error ? reject(error) : resolve(value),
          ),
        ),
      );
    const keepState = (state: BackfillState): Promise<void> =>
      new Promise((resolve, reject) =>
        this.context().set(contextKey, state, undefined, (error: unknown) =>
          error ? reject(error) : resolve(),
        ),
      );
    const show = (fill: "blue" | "yellow" | "green" | "grey", name: string, values: object = {}): void =>
      this.status({
        fill,
        shape: "dot",
        text: statusText(RED._(`shopify-backfill.status.${name}`, values as Record<string, string>)),
      });

    const showWait = ({ message }: Failure): void => {
      show("yellow", "waiting", { reason: message });
      this.warn(message);
    };

    const run = async (request: ReadRequest): Promise<BackfillReport> => {
      if (!store)
        throw new HoldfastError({
          class: "unavailable",
          code: "not_configured",
          message: RED._("shopify-backfill.error.no-store"),
          source: "shopify",
        });
      let state = progressed(await readState(), request, request.job.from);
      await keepState(state);
      let seen = { checked: 0, missing: 0 };
      const doing = request.job.levels ? "counting" : request.job.dryRun ? "looking" : "running";
      const showProgress = (): void => show("blue", doing, seen);
      showProgress();
      const report = await runBackfill({
        client: store.client,
        shop: store.shop,
        job: request.job,
        arrived: (orderId) => arrivedEvents(queueName, orderId),
        emit: (event) => storeEvent(RED, this, event, stopping.signal),
        onProgress: async ({ position, checked, missing }) => {
          // What a stopped run still learns must not speak over its successor.
          if (stopping.signal.aborted) return;
          seen = { checked, missing };
          showProgress();
          state = progressed(state, request, position);
          await keepState(state);
        },
        signal: stopping.signal,
        onWait: (wait) => {
          if (wait === null) return showProgress();
          showWait(wait.failure);
        },
      });
      await keepState(finished(state, request));
      const { missingCount, checked, failed, notes } = report;
      for (const { order, message } of failed) this.warn(`${order}: ${message}`);
      for (const note of notes) this.warn(note);
      if (report.levels) {
        show("green", "counted", { checked });
        return report;
      }
      const name = failed.length > 0 ? "failed" : missingCount > 0 ? "brought" : "complete";
      show(name === "complete" ? "green" : "yellow", report.dryRun && missingCount > 0 ? "found" : name, {
        checked,
        missing: missingCount,
        failed: failed.length,
      });
      return report;
    };

    /** One after the other; what was not finished before comes first. */
    const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
      const turn = running.then(work, work);
      running = turn.catch(() => {});
      return turn;
    };
    const goOn = async (): Promise<void> => {
      const { unfinished } = await readState();
      if (unfinished) this.send([null, { payload: await run(unfinished) }]);
    };

    onInput(this, "shopify", async (message, send) => {
      const settings = await settingsFor(message);
      const read = (position: number | null, since: number | null = null): ReadRequest =>
        readBackfillRequest(message.payload, settings, {
          now: Date.now(),
          position,
          receivingSince: since,
        });
      const readNext = async (): Promise<ReadRequest> => {
        const { position } = await readState();
        if (position !== null || !goesOn(message.payload)) return read(position);
        const since = await patiently(() => receivingSince(queueName, settings.lookBackMs), {
          signal: stopping.signal,
          onWait: (wait) => wait && showWait(wait.failure),
        });
        return read(null, since);
      };
      // What a schedule asks for while a run is on, that run does.
      if (waiting > 0 && read(null).isPlain) return;
      waiting++;
      try {
        await inTurn(async () => {
          await goOn();
          message.payload = await run(await readNext());
          send([null, message]);
        });
      } catch (thrown) {
        // Stopped by a deploy: what is left is remembered, and done at the next start.
        if (!stopping.signal.aborted) throw thrown;
      } finally {
        waiting--;
      }
    });

    const resume = (): void => {
      inTurn(goOn).catch((thrown) => {
        if (stopping.signal.aborted) return;
        const message: Message = { _msgid: RED.util.generateId() };
        fail(this, message, thrown, "shopify", (error) => this.error(error, message));
      });
    };
    RED.events.once("flows:started", resume);
    onClose(this, async () => {
      RED.events.off("flows:started", resume);
      stopping.abort();
      // A call to Shopify that is under way may last; its answer is not waited for.
      await Promise.race([running, sleep(closeWithinMs, undefined, { ref: false })]);
    });
  }
  RED.nodes.registerType("shopify-backfill", ShopifyBackfill);
}
