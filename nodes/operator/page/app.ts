import { acting } from "./acting.ts";
import { ApiError, createApi, type Host } from "./api.ts";
import { bulkBar } from "./bulk.ts";
import { detail } from "./detail.ts";
import { button, draw, h } from "./dom.ts";
import { type Filters, filterBar, noFilters } from "./filters.ts";
import { glance } from "./glance.ts";
import { startKeys } from "./keys.ts";
import { log, rowKey } from "./log.ts";
import { eventPath } from "./paths.ts";
import { t } from "./texts.ts";
import type { EventDetail, EventRow, LogPage, Overview } from "./types.ts";
import { showWhoDidWhat } from "./who-did-what.ts";
import { whoIsHere } from "./who-is-here.ts";

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

  const mayWrite = (): boolean => overview?.you.mayWrite ?? false;
  const now = (): number => overview?.now ?? Date.now();

  const look = async (): Promise<void> => {
    overview = await api.get<Overview>("/overview");
    bar.setQueues(overview.queues.map(({ name }) => name));
    draw(glancePlace, ...glance(overview, acts.queue));
    drawWho();
  };

  const drawWho = (): void => {
    if (overview) draw(who, ...whoIsHere(overview, host, { acts: () => void showActs(), moved: drawWho }));
  };

  const query = (): Record<string, string> => ({ ...filters, limit: String(PAGE) });

  const reload = async ({ evenIfInUse = true } = {}): Promise<void> => {
    const mine = ++asked;
    pages = 1;
    const page = await trying(() => api.get<LogPage>("/events", query()));
    if (!page || mine !== asked || (!evenIfInUse && inUse())) return;
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
    const dead = rows.filter(({ state }) => state === "dead");
    const all = dead.length > 0 && dead.every((row) => chosen.has(rowKey(row)));
    draw(
      bulk,
      ...(mayWrite() && dead.length > 0
        ? bulkBar(
            {
              chosen: chosen.size,
              all,
              matching: filters.state === "dead" || filters.state === "attention",
            },
            {
              chooseAll: (on) => {
                chosen = on ? new Map(dead.map((row) => [rowKey(row), row])) : new Map();
                drawLog();
              },
              retry: () => void acts.retryChosen(),
              discard: () => void acts.discardChosen(),
              retryAll: () => void acts.retryAll(),
            },
          )
        : []),
    );
  };

  const choose = (row: EventRow, on: boolean): void => {
    if (on) chosen.set(rowKey(row), row);
    else chosen.delete(rowKey(row));
    drawBulk();
  };

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
        ? detail(event, mayWrite(), now(), acts.detail)
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
      if (evenIfInUse || !inUse()) await reload({ evenIfInUse });
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

  const search = (wanted: Filters): void => {
    filters = wanted;
    bar.set(filters);
    void reload();
  };

  const acts = acting({
    api,
    place: app,
    tell,
    trying,
    refresh: () => refresh(true),
    queues: () => overview?.queues ?? [],
    filters: () => filters,
    search,
    chosen: () => [...chosen.values()],
    chooseNone: () => {
      chosen.clear();
      drawLog();
    },
    close,
  });

  const showActs = (): Promise<unknown> =>
    trying(() =>
      showWhoDidWhat(
        app,
        api,
        (overview?.queues ?? []).map(({ name }) => name),
      ),
    );

  const endKeys = startKeys(
    // On a page of its own keys work wherever the focus is; in the editor most of them are the editor's.
    host.signOut ? document.body : app,
    { list, detail: detailPlace },
    {
      isOpen: () => opened !== null,
      close,
      search: bar.focus,
      mayRetry: () => opened?.state === "dead" && mayWrite(),
      retry: () => opened && acts.detail.retry(opened),
    },
  );

  let soon: ReturnType<typeof setTimeout> | undefined;
  const stopListening = host.listen(() => {
    soon ??= setTimeout(() => {
      soon = undefined;
      void refresh();
    }, SOON_MS);
  });
  // Where it stands may be shown, hidden, or given another size.
  const resized = new ResizeObserver(drawWho);
  resized.observe(place);
  const timer = setInterval(() => void refresh(), LOOK_MS);
  drawDetail(null);
  void trying(look).then(() => reload());
  document.title = host.signOut ? t("operator.title") : document.title;
  return () => {
    ended = true;
    clearInterval(timer);
    clearTimeout(soon);
    stopListening();
    resized.disconnect();
    endKeys();
  };
}
