import {
  type AdminClient,
  absentTopics,
  checkWebhooks,
  failureOf,
  HoldfastError,
  registerWebhooks,
  type WebhookReport,
} from "../../src/index.ts";

/** On a button only; looked at and said; or made again as well. */
export type Registration = "button" | "check" | "repair";

export interface WebhooksInShopify {
  check(): Promise<WebhookReport>;
  register(options: { move: boolean }): Promise<WebhookReport>;
  /** Begins to look, now and then again and again; returns how to stop. */
  watch(): () => void;
}

export interface WebhookSettings {
  client: AdminClient;
  /** Null where none is given, or what is given is none. */
  address: string | null;
  topics: readonly string[];
  registration: Registration;
  everyMs: number;
  /** What a look found: what is not sent here, and what was made again. By hand, whoever pressed the button knows. */
  tell: (found: { registered: number; absent: string[]; made: string[]; byHand: boolean }) => void;
  failed: (message: string) => void;
}

const againSoonMs = 60_000;

/** The webhooks that Shopify is to send to one node. */
export function webhooksInShopify(settings: WebhookSettings): WebhooksInShopify {
  const { client, topics, registration } = settings;
  const wanted = () => {
    if (settings.address === null)
      throw new HoldfastError({
        class: "rejected",
        code: "no_address",
        message: "Shopify can't be told where to send webhooks: no public address is given.",
        hint: "Enter Public address in the shopify-store or the shopify-webhook-in node, such as https://hooks.example.com, then deploy.",
        source: "shopify",
      });
    return { address: settings.address, topics };
  };
  const tell = (report: WebhookReport, byHand: boolean): WebhookReport => {
    const { rows } = report;
    settings.tell({
      registered: rows.filter(({ state }) => state === "registered" || state === "version").length,
      absent: absentTopics(report),
      made: rows.filter(({ changed }) => changed).map(({ topic }) => topic),
      byHand,
    });
    return report;
  };
  const look = async (): Promise<void> => {
    let report = await checkWebhooks(client, wanted());
    if (registration === "repair" && absentTopics(report).length > 0)
      report = await registerWebhooks(client, wanted());
    tell(report, false);
  };

  return {
    check: async () => tell(await checkWebhooks(client, wanted()), true),
    register: async (options) => tell(await registerWebhooks(client, wanted(), options), true),
    watch() {
      // Whoever only receives needs neither an address nor an app.
      if (registration === "button" || (registration === "check" && settings.address === null))
        return () => {};
      let timer: NodeJS.Timeout | undefined;
      let stopped = false;
      let lastFailure = "";
      const lookAgain = (ms: number): void => {
        if (stopped) return;
        timer = setTimeout(lookNow, ms);
        timer.unref();
      };
      const lookNow = async (): Promise<void> => {
        try {
          await look();
          lastFailure = "";
          lookAgain(settings.everyMs);
        } catch (thrown) {
          const failure = failureOf(thrown, "shopify");
          if (stopped || (failure.code === "no_token" && registration === "check")) return;
          // An outage is said once.
          if (failure.message !== lastFailure) settings.failed(failure.message);
          lastFailure = failure.message;
          lookAgain(
            failure.class === "rejected" ? settings.everyMs : Math.min(againSoonMs, settings.everyMs),
          );
        }
      };
      void lookNow();
      return () => {
        stopped = true;
        clearTimeout(timer);
      };
    },
  };
}
