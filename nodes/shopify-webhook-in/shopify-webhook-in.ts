import type { IncomingMessage, ServerResponse } from "node:http";
import type { NodeDef } from "node-red";
import { parseExactJson, receiveWebhook, webhookAddress } from "../../src/index.ts";
import {
  addRawRoute,
  answer,
  createNode,
  expireReceipt,
  normalisePath,
  onClose,
  onlyTarget,
  openReceipt,
  positive,
  type Runtime,
  setting,
  statusText,
  unclaimedMessages,
} from "../runtime/index.ts";
import type { ShopifyStoreNode } from "../shopify-store/shopify-store.ts";
import { type ShopifyWebhookInNode, serveWebhookRoutes } from "./webhook-routes.ts";
import { type Registration, webhooksInShopify } from "./webhooks-in-shopify.ts";

interface Config extends NodeDef {
  store: string;
  path: string;
  topics: string;
  limitMb: number | string;
  publicUrl: string;
  registration: Registration;
  checkMinutes: number | string;
}

/** Shopify gives up after 5 s; an answer it no longer hears would look like a success here. */
const answerWithinMs = 4_500;
const warnEveryMs = 60_000;

export default function register(RED: Runtime): void {
  serveWebhookRoutes(RED);
  function ShopifyWebhookIn(this: ShopifyWebhookInNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    const store = RED.nodes.getNode(config.store) as ShopifyStoreNode | null;
    const path = normalisePath(setting(config.path) || "/shopify/webhooks");
    const topics = setting(config.topics)
      .split(/[\s,]+/)
      .filter((topic) => topic !== "");

    const warnedAt = new Map<string, number>();
    let complained = false;
    /** Anybody may send nonsense: the log gets one line a minute of each kind. */
    const complain = (text: string, kind = text): void => {
      complained = true;
      this.status({ fill: "red", shape: "dot", text: statusText(text) });
      if (Date.now() - (warnedAt.get(kind) ?? 0) < warnEveryMs) return;
      warnedAt.set(kind, Date.now());
      this.warn(text);
    };
    const recover = (): void => {
      if (!complained) return;
      complained = false;
      listening();
    };
    /** What Shopify has of this node's webhooks; null while nobody looked. */
    let inShopify: { fill: "grey" | "green" | "yellow"; text: string } | null = null;
    const listening = (): void => {
      const { fill, text } = inShopify ?? {
        fill: "grey",
        text: RED._("shopify-webhook-in.status.listening", { path }),
      };
      this.status({ fill, shape: "ring", text: statusText(text) });
    };
    const missing = !store?.shop
      ? RED._("shopify-webhook-in.error.no-shop")
      : store.webhookSecrets.length === 0
        ? RED._("shopify-webhook-in.error.no-secret")
        : undefined;

    if (store)
      this.webhooks = webhooksInShopify({
        client: store.client,
        address: webhookAddress(
          setting(config.publicUrl) || store.publicUrl,
          String(RED.settings.httpNodeRoot || "/"),
          path,
        ),
        topics,
        registration: config.registration || "check",
        everyMs: positive(config.checkMinutes, 60) * 60_000,
        tell: ({ registered, absent, made, byHand }) => {
          const [name, count] =
            absent.length > 0
              ? ["absent", absent.length]
              : made.length > 0
                ? ["made", made.length]
                : ["registered", registered];
          const text = RED._(`shopify-webhook-in.status.${name}`, { count: String(count) });
          inShopify = { fill: name === "absent" ? "yellow" : "green", text };
          if (!complained) listening();
          if (byHand) return;
          if (made.length > 0) this.warn(RED._("shopify-webhook-in.warn.made", { topics: made.join(", ") }));
          if (absent.length > 0)
            this.warn(RED._("shopify-webhook-in.warn.absent", { topics: absent.join(", ") }));
        },
        failed: (message) => this.warn(RED._("shopify-webhook-in.warn.unchecked", { reason: message })),
      });

    const receive = (request: IncomingMessage, body: Buffer, response: ServerResponse): void => {
      if (missing || !store) {
        complain(missing ?? "");
        return answer(response, 503, "Not configured.");
      }
      const received = receiveWebhook({
        headers: request.headers,
        body,
        secrets: store.webhookSecrets,
        shop: store.shop,
        topics,
      });
      if (!received.ok) {
        complain(
          RED._("shopify-webhook-in.warn.refused", { status: received.status, reason: received.reason }),
          String(received.status),
        );
        return answer(response, received.status, "Refused; the receiver's log says why.");
      }
      const { topic, payload, text, shopify, reference } = received.event;
      const messageId = RED.util.generateId();
      const tooLate = setTimeout(() => {
        if (expireReceipt(messageId))
          complain(RED._("shopify-webhook-in.warn.not-stored", { reference }), "not-stored");
      }, answerWithinMs);
      openReceipt(messageId, {
        text,
        deliveryId: shopify.webhookId,
        straightTo: onlyTarget(this),
        from: this.id,
        message: () => ({ _msgid: messageId, topic, payload: parseExactJson(text), shopify }),
        answer: (status) => {
          clearTimeout(tooLate);
          if (status === 200) recover();
          answer(response, status, status === 200 ? "Stored." : "Not stored; send it again.");
        },
      });
      this.send({ _msgid: messageId, topic, payload, shopify });
    };

    try {
      const remove = addRawRoute(RED, path, {
        limit: positive(config.limitMb, 5) * 1024 * 1024,
        mayBeSigned: (request) => request.headers["x-shopify-hmac-sha256"] !== undefined,
        handle: receive,
        consumed: () => complain(RED._("shopify-webhook-in.error.consumed")),
      });
      // A deploy that starts only the queue anew, not this node, loses what was on the way to it.
      const sendAgain = (): void => {
        for (const message of unclaimedMessages(this.id)) this.send(message);
      };
      RED.events.on("flows:started", sendAgain);
      let stopWatching = (): void => {};
      const watch = (): void => {
        stopWatching();
        stopWatching = this.webhooks?.watch() ?? stopWatching;
      };
      RED.events.once("flows:started", watch);
      onClose(this, (removed) => {
        RED.events.off("flows:started", sendAgain);
        RED.events.off("flows:started", watch);
        stopWatching();
        remove(removed);
      });
      if (missing) complain(missing);
      else listening();
    } catch (thrown) {
      complain((thrown as Error).message);
    }
  }
  RED.nodes.registerType("shopify-webhook-in", ShopifyWebhookIn, {
    // The editor itself can't see that HTTP nodes are switched off.
    settings: { shopifyWebhookInServed: { value: RED.settings.httpNodeRoot !== false, exportable: true } },
  });
}
