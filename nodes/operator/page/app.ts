import { ApiError, createApi, type Host } from "./api.ts";
import { detail } from "./detail.ts";
import { ask } from "./dialogs.ts";
import { button, draw, h } from "./dom.ts";
import { type Filters, filterBar, noFilters } from "./filters.ts";
import { glance } from "./glance.ts";
import { log, rowKey } from "./log.ts";
import { layOut } from "./payload.ts";
import { t } from "./texts.ts";
import type { EventDetail, EventRow, LogPage, Overview } from "./types.ts";

const LOOK_MS = 5_000;
const SOON_MS = 300;
const PAGE = 50;

/** The operator's log in a place of its own: a sidebar, or a page. Returns how to end it. */
export function startApp(place: HTMLElement, host: Host): () => void {
  const api = createApi(host, (status) =>
    t(status === 0 ? "operator.error.away" : "operator.error.other", { status }),
  );
  let overview: Overview | null = null;
  let filters: Filters = noFilters;
  let rows: EventRow[] = [];
  let named: EventRow[] = [];
  let next: string | null = null;
  let pages = 1;
  let chosen = new Map<string, EventRow>();
  let opened: EventDetail | null = null;
  let asked = 0;
  let ended = false;

  const said = h("div", { class: "hf-said", role: "status", "aria-live": "polite" });
  const glancePlace = h("div", { class: "hf-glance" });
  const who = h("div", { class: "hf-who" });
  const bulk = h("div", { class: "hf-bulk" });
  const list = h("div", { class: "hf-log" });
  const detailPlace = h("section", { class: "hf-detail", "aria-label": t("operator.detail.label") });
  const bar = filterBar(filters, (changed) => {
    filters = changed;
    // A search looks everywhere, unless the operator then narrows it.
    void reload();
  });
  const split = h(
    "div",
    { class: "hf-split" },
    h("section", { class: "hf-list", "aria-label": t("operator.log.label") }, bar.bar, bulk, list),
    detailPlace,
  );
  const app = h(
    host.signOut ? "main" : "div",
    { class: "hf-app" },
    h("div", { class: "hf-top" }, h("h1", {}, t("operator.title")), bar.search, who),
    said,
    glancePlace,
    split,
  );
  place.replaceChildren(app);
  // On a page of its own keys work wherever the focus is; in the editor most of them are the editor's.
  const keys: HTMLElement = host.signOut ? document.body : app;
  keys.addEventListener("keydown", onKey);

  const tell = (text: string, wrong = false): void => {
    said.replaceChildren(
      ...(text === ""
        ? []
        : [
            h(
              "div",
              { class: `hf-notice ${wrong ? "hf-error" : "hf-good"}` },
              h("span", { dir: "auto" }, text),
              button(t("operator.act.dismiss"), () => tell(""), { keep: "dismiss" }),
            ),
          ]),
    );
  };
  /** Runs something that may fail, and says so in words. */
  const trying = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (thrown) {
      if (ended) return undefined;
      const { message } = thrown as Error;
      tell(thrown instanceof ApiError && thrown.hint ? `${message} ${thrown.hint}` : message, true);
      return undefined;
    }
  };

  // ---- looking

  const mayWrite = (): boolean => overview?.you.mayWrite ?? false;
  const now = (): number => overview?.now ?? Date.now();

  const look = async (): Promise<void> => {
    overview = await api.get<Overview>("/overview");
    bar.setQueues(overview.queues.map(({ name }) => name));
    draw(glancePlace, ...glance(overview, queueActs));
    draw(who, ...whoIsHere(overview));
  };

  const query = (): Record<string, string> => ({ ...filters, limit: String(PAGE) });

  const reload = async (): Promise<void> => {
    const mine = ++asked;
    pages = 1;
    const page = await trying(() => api.get<LogPage>("/events", query()));
    if (!page || mine !== asked) return;
    ({ events: rows, named, next } = page);
    chosen = new Map(
      [...chosen].filter(([key]) => rows.some((row) => rowKey(row) === key && row.state === "dead")),
    );
    drawLog();
  };

  const more = async (): Promise<void> => {
    const mine = asked;
    const page = await trying(() => api.get<LogPage>("/events", { ...query(), cursor: next ?? "" }));
    if (!page || mine !== asked) return;
    pages++;
    rows = [...rows, ...page.events];
    next = page.next;
    drawLog();
  };

  const drawLog = (): void => {
    const open = opened && rowKey(opened);
    const view = { rows, named, q: filters.q, chosen: new Set(chosen.keys()), open, more: next !== null };
    draw(
      list,
      ...log({ ...view, mayWrite: mayWrite(), now: now() }, { open: show, choose, more: () => void more() }),
    );
    drawBulk();
  };

  const drawBulk = (): void => {
    if (!mayWrite()) return draw(bulk);
    const dead = rows.filter(({ state }) => state === "dead");
    const matching = filters.state === "dead" || filters.state === "attention";
    const all = dead.length > 0 && dead.every((row) => chosen.has(rowKey(row)));
    const everything = h("input", {
      type: "checkbox",
      "data-keep": "choose all",
      "aria-label": t("operator.bulk.chooseAll"),
      onchange: () => {
        chosen = everything.checked ? new Map(dead.map((row) => [rowKey(row), row])) : new Map();
        drawLog();
      },
    });
    everything.checked = all;
    draw(
      bulk,
      ...(dead.length === 0
        ? []
        : [
            h(
              "label",
              { class: "hf-choose-all" },
              everything,
              h(
                "span",
                {},
                chosen.size > 0
                  ? t("operator.bulk.chosen", { count: chosen.size })
                  : t("operator.bulk.choose"),
              ),
            ),
            chosen.size > 0 &&
              button(t("operator.bulk.retry"), () => void retryChosen(), {
                keep: "retry chosen",
                kind: "hf-primary",
              }),
            chosen.size > 0 &&
              button(t("operator.bulk.discard"), () => void discardChosen(), { keep: "discard chosen" }),
            chosen.size === 0 &&
              matching &&
              button(t("operator.bulk.retryAll"), () => void retryAll(), { keep: "retry all" }),
          ]),
    );
  };

  const choose = (row: EventRow, on: boolean): void => {
    if (on) chosen.set(rowKey(row), row);
    else chosen.delete(rowKey(row));
    drawBulk();
  };

  const eventPath = ({ queue, id }: { queue: string; id: string }): string =>
    `/queues/${encodeURIComponent(queue)}/events/${encodeURIComponent(id)}`;

  const show = (row: { queue: string; id: string }): void => {
    void trying(async () => {
      drawDetail(await api.get<EventDetail>(eventPath(row)));
      detailPlace.scrollTop = 0;
      detailPlace.querySelector<HTMLElement>("h2")?.focus();
      drawLog();
    });
  };

  const drawDetail = (event: EventDetail | null): void => {
    opened = event;
    app.classList.toggle("hf-detailed", event !== null);
    draw(
      detailPlace,
      ...(event
        ? detail(event, mayWrite(), now(), detailActs)
        : [h("p", { class: "hf-empty" }, t("operator.detail.none"))]),
    );
  };

  const close = (): void => {
    const key = opened && rowKey(opened);
    drawDetail(null);
    drawLog();
    if (key) list.querySelector<HTMLElement>(`[data-event="${CSS.escape(key)}"]`)?.focus();
  };

  /** What is read or worked with just now is not moved under the operator's hand. */
  const inUse = (): boolean =>
    list.matches(":hover") || list.contains(document.activeElement) || chosen.size > 0 || pages > 1;

  const refresh = async (evenIfInUse = false): Promise<void> => {
    if (ended || document.hidden) return;
    try {
      await look();
      if (evenIfInUse || !inUse()) await reload();
      if (opened) {
        const fresh = await api.get<EventDetail>(eventPath(opened));
        if (opened && JSON.stringify(fresh) !== JSON.stringify(opened)) drawDetail(fresh);
      }
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 404) return close();
      if (!(thrown instanceof ApiError && thrown.status === 401 && host.onSignedOut))
        tell((thrown as Error).message, true);
    }
  };

  // ---- acting

  const act = async <T>(path: string, body: object, done: (answer: T) => string): Promise<void> => {
    const answer = await trying(() => api.post<T>(path, body));
    if (answer !== undefined) tell(done(answer));
    await refresh(true);
  };
  const queuePath = (queue: string, what: string): string => `/queues/${encodeURIComponent(queue)}/${what}`;
  const nameOf = ({ reference, topic, id }: EventRow): string => reference ?? `${topic} ${id}`;

  const byQueue = (): [string, EventRow[]][] => {
    const queues = new Map<string, EventRow[]>();
    for (const row of chosen.values()) queues.set(row.queue, [...(queues.get(row.queue) ?? []), row]);
    return [...queues];
  };

  const retryChosen = async (): Promise<void> => {
    for (const [queue, events] of byQueue())
      await act<{ count: number }>(
        queuePath(queue, "retry"),
        { ids: events.map(({ id }) => id) },
        ({ count }) => t("operator.said.retried", { count }),
      );
    chosen.clear();
    drawLog();
  };

  const discardChosen = async (): Promise<void> => {
    const reason = await askReason(t("operator.dialog.discardMany", { count: chosen.size }));
    if (reason === null) return;
    for (const [queue, events] of byQueue())
      await act<{ count: number }>(
        queuePath(queue, "discard"),
        { ids: events.map(({ id }) => id), reason },
        ({ count }) => t("operator.said.discarded", { count }),
      );
    chosen.clear();
    drawLog();
  };

  const retryAll = async (): Promise<void> => {
    const { state: _state, queue: one, ...rest } = filters;
    const filter = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ""));
    const queues = (overview?.queues ?? []).filter(
      ({ name, counts }) => counts.dead > 0 && (!one || one === name),
    );
    const narrowed = Object.keys(filter).length > 0;
    const dead = queues.reduce((all, { counts }) => all + counts.dead, 0);
    const perSecond = await ask(app, {
      title: t("operator.bulk.retryAll"),
      text: narrowed ? t("operator.dialog.retryMatching") : t("operator.dialog.retryEvery", { count: dead }),
      confirm: t("operator.act.retry"),
      field: {
        label: t("operator.dialog.perSecond"),
        value: "20",
        required: true,
        check: (value) =>
          /^\s*[1-9]\d{0,2}\s*$/.test(value) && Number(value) <= 500
            ? null
            : t("operator.dialog.perSecondWrong"),
      },
    });
    if (perSecond === null) return;
    for (const { name } of queues)
      await act<{ total: number }>(
        queuePath(name, "retry"),
        { filter, perSecond: Number(perSecond) },
        ({ total }) => t("operator.said.retrying", { count: total, queue: name }),
      );
  };

  const askReason = (text: string): Promise<string | null> =>
    ask(app, {
      title: t("operator.act.discard"),
      text,
      confirm: t("operator.act.discard"),
      field: { label: t("operator.dialog.reason"), required: true },
    });

  const detailActs = {
    close,
    retry: (event: EventRow) =>
      void act<{ count: number }>(queuePath(event.queue, "retry"), { ids: [event.id] }, ({ count }) =>
        count > 0
          ? t("operator.said.retriedOne", { name: nameOf(event) })
          : t("operator.said.notDead", { name: nameOf(event) }),
      ),
    edit: async (event: EventDetail) => {
      const payload = await ask(app, {
        title: t("operator.act.edit"),
        text: t("operator.dialog.edit", { name: nameOf(event) }),
        confirm: t("operator.dialog.saveAndRetry"),
        field: {
          label: t("operator.detail.payload"),
          value: layOut(event.payload),
          rows: 16,
          required: true,
          check: jsonProblem(event.payload),
        },
      });
      if (payload === null) return;
      await act(`${eventPath(event)}/edit`, { was: event.payload, payload }, () =>
        t("operator.said.edited", { name: nameOf(event) }),
      );
    },
    discard: async (event: EventRow) => {
      const reason = await askReason(t("operator.dialog.discardOne", { name: nameOf(event) }));
      if (reason === null) return;
      await act(queuePath(event.queue, "discard"), { ids: [event.id], reason }, () =>
        t("operator.said.discardedOne", { name: nameOf(event) }),
      );
    },
    record: (event: EventRow) =>
      void trying(async () => {
        const { url } = await api.get<{ url: string }>(`${eventPath(event)}/record`);
        window.open(url, "_blank", "noopener");
      }),
    behindWhat: (event: EventRow) => {
      filters = { ...noFilters, state: "all", q: event.key ?? "" };
      bar.set(filters);
      void reload();
    },
  };

  const queueActs = {
    show: (queue: string, state: string) => {
      filters = { ...noFilters, state, queue };
      bar.set(filters);
      void reload();
    },
    pause: async (queue: string) => {
      const reason = await ask(app, {
        title: t("operator.act.pause"),
        text: t("operator.dialog.pause", { queue }),
        confirm: t("operator.act.pause"),
        field: { label: t("operator.dialog.reason") },
      });
      if (reason !== null)
        await act(queuePath(queue, "pause"), { reason }, () => t("operator.said.paused", { queue }));
    },
    resume: (queue: string) =>
      void act(queuePath(queue, "resume"), {}, () => t("operator.said.resumed", { queue })),
    probe: (queue: string) =>
      void act(queuePath(queue, "probe"), {}, () => t("operator.said.probed", { queue })),
    stopRetry: (queue: string) =>
      void act(queuePath(queue, "retry/stop"), {}, () => t("operator.said.stopped", { queue })),
  };

  const whoIsHere = ({ you, queues, health }: Overview): HTMLElement[] => [
    h("span", { class: `hf-pill hf-${health.status}` }, t(`operator.health.${health.status}`)),
    ...(you.mayWrite ? [] : [h("span", { class: "hf-small" }, t("operator.readOnly"))]),
    ...(queues.length > 0 ? [button(t("operator.acts.title"), () => void showActs(), { keep: "acts" })] : []),
    ...(host.signOut && host.token()
      ? [button(t("operator.signOut", { name: you.name }), host.signOut, { keep: "sign out" })]
      : host.onSignedOut && you.name === "anonymous"
        ? [button(t("operator.signIn.go"), host.onSignedOut, { keep: "sign in" })]
        : []),
  ];

  /** Who did what to the queues as a whole. */
  const showActs = async (): Promise<void> => {
    const all = await trying(() =>
      Promise.all(
        (overview?.queues ?? []).map(async ({ name }) => {
          const { acts } = await api.get<{
            acts: { at: number; by: string; what: string; detail: string }[];
          }>(queuePath(name, "acts"));
          return acts.map((one) => ({ ...one, queue: name }));
        }),
      ),
    );
    if (!all) return;
    const lines = all
      .flat()
      .sort((a, b) => b.at - a.at)
      .map(({ at, by, what, detail: why, queue }) =>
        [new Date(at).toLocaleString("en-US"), queue, t(`operator.acts.${what}`, { by }), why]
          .filter(Boolean)
          .join(" · "),
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
    app.append(dialog);
    dialog.showModal();
  };

  // ---- keys

  function onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const typing = target.matches("input:not([type=checkbox]), textarea, select");
    const rowButtons = [...list.querySelectorAll<HTMLElement>(".hf-row-button")];
    const at = rowButtons.indexOf(target);
    const handled = (): void => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && opened && !typing) {
      handled();
      close();
    } else if (typing) {
      // Letters are letters there, and none of the editor's shortcuts.
      event.stopPropagation();
    } else if (event.key === "/") {
      handled();
      bar.focus();
    } else if (at >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      handled();
      rowButtons[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    } else if (event.key === "r" && opened?.state === "dead" && mayWrite() && detailPlace.contains(target)) {
      handled();
      detailActs.retry(opened);
    }
  }

  // ---- living

  let soon: ReturnType<typeof setTimeout> | undefined;
  const stopListening = host.listen(() => {
    soon ??= setTimeout(() => {
      soon = undefined;
      void refresh();
    }, SOON_MS);
  });
  const timer = setInterval(() => void refresh(), LOOK_MS);
  drawDetail(null);
  void trying(look).then(reload);
  document.title = host.signOut ? t("operator.title") : document.title;
  return () => {
    ended = true;
    clearInterval(timer);
    clearTimeout(soon);
    stopListening();
    keys.removeEventListener("keydown", onKey);
  };
}

/** JSON stays JSON; what never was any may be anything. */
function jsonProblem(was: string): (text: string) => string | null {
  const problem = (text: string): string | null => {
    try {
      JSON.parse(text);
      return null;
    } catch (thrown) {
      return (thrown as Error).message;
    }
  };
  return (text) => {
    const wrong = problem(was) === null ? problem(text) : null;
    return wrong && t("operator.dialog.notJson", { why: wrong });
  };
}
