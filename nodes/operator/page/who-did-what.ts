import type { Api } from "./api.ts";
import { button, h } from "./dom.ts";
import { queuePath } from "./paths.ts";
import { t, time } from "./texts.ts";

interface QueueAct {
  at: number;
  by: string;
  what: string;
  detail: string;
}

/** Who did what to the queues as a whole, the newest first. */
export async function showWhoDidWhat(place: HTMLElement, api: Api, queues: string[]): Promise<void> {
  const all = await Promise.all(
    queues.map(async (name) => {
      const { acts } = await api.get<{ acts: QueueAct[] }>(queuePath(name, "acts"));
      return acts.map((one) => ({ ...one, queue: name }));
    }),
  );
  const lines = all
    .flat()
    .sort((a, b) => b.at - a.at)
    .map(({ at, by, what, detail: why, queue }) =>
      [time(at), queue, t(`operator.acts.${what}`, { by }), why].filter(Boolean).join(" · "),
    );
  const dialog = h(
    "dialog",
    { class: "hf-dialog hf-wide", "aria-label": t("operator.acts.title"), onclose: () => dialog.remove() },
    h("h2", {}, t("operator.acts.title")),
    lines.length === 0
      ? h("p", {}, t("operator.acts.none"))
      : h("ul", { class: "hf-acts", tabindex: 0 }, ...lines.map((line) => h("li", { dir: "auto" }, line))),
    h(
      "div",
      { class: "hf-line hf-end" },
      button(t("operator.act.close"), () => dialog.close(), { kind: "hf-primary" }),
    ),
  );
  place.append(dialog);
  dialog.showModal();
}
