import type { Api } from "./api.ts";
import type { DetailActs } from "./detail.ts";
import { ask } from "./dialogs.ts";
import { type Filters, noFilters } from "./filters.ts";
import type { GlanceActs } from "./glance.ts";
import { eventPath, queuePath } from "./paths.ts";
import { layOut } from "./payload.ts";
import { t } from "./texts.ts";
import type { EventDetail, EventRow, Overview } from "./types.ts";

/** What acts need of the log they are done from. */
export interface Desk {
  api: Api;
  /** Where dialogs open. */
  place: HTMLElement;
  tell(text: string): void;
  /** Runs something that may fail, and says so in words. */
  trying<T>(work: () => Promise<T>): Promise<T | undefined>;
  refresh(): Promise<void>;
  queues(): Overview["queues"];
  filters(): Filters;
  search(filters: Filters): void;
  chosen(): EventRow[];
  chooseNone(): void;
  close(): void;
}

export interface Acts {
  detail: DetailActs;
  queue: GlanceActs;
  retryChosen(): Promise<void>;
  discardChosen(): Promise<void>;
  retryAll(): Promise<void>;
}

/** All that changes something: asks where it must, does it, says what was done. */
export function acting(desk: Desk): Acts {
  const { api, place, tell, trying } = desk;
  const act = async <T>(path: string, body: object, done: (answer: T) => string): Promise<void> => {
    const answer = await trying(() => api.post<T>(path, body));
    if (answer !== undefined) tell(done(answer));
    await desk.refresh();
  };
  const nameOf = ({ reference, topic, id }: EventRow): string => reference ?? `${topic} ${id}`;

  const byQueue = (): [string, EventRow[]][] => {
    const queues = new Map<string, EventRow[]>();
    for (const row of desk.chosen()) queues.set(row.queue, [...(queues.get(row.queue) ?? []), row]);
    return [...queues];
  };

  const retryChosen = async (): Promise<void> => {
    for (const [queue, events] of byQueue())
      await act<{ count: number }>(
        queuePath(queue, "retry"),
        { ids: events.map(({ id }) => id) },
        ({ count }) => t("operator.said.retried", { count }),
      );
    desk.chooseNone();
  };

  const discardChosen = async (): Promise<void> => {
    const reason = await askReason(t("operator.dialog.discardMany", { count: desk.chosen().length }));
    if (reason === null) return;
    for (const [queue, events] of byQueue())
      await act<{ count: number }>(
        queuePath(queue, "discard"),
        { ids: events.map(({ id }) => id), reason },
        ({ count }) => t("operator.said.discarded", { count }),
      );
    desk.chooseNone();
  };

  const retryAll = async (): Promise<void> => {
    const { state: _state, queue: one, ...rest } = desk.filters();
    const filter = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ""));
    const queues = desk.queues().filter(({ name, counts }) => counts.dead > 0 && (!one || one === name));
    const narrowed = Object.keys(filter).length > 0;
    const dead = queues.reduce((all, { counts }) => all + counts.dead, 0);
    const perSecond = await ask(place, {
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
    ask(place, {
      title: t("operator.act.discard"),
      text,
      confirm: t("operator.act.discard"),
      field: { label: t("operator.dialog.reason"), required: true },
    });

  const detail: DetailActs = {
    close: desk.close,
    retry: (event: EventRow) =>
      void act<{ count: number }>(queuePath(event.queue, "retry"), { ids: [event.id] }, ({ count }) =>
        count > 0
          ? t("operator.said.retriedOne", { name: nameOf(event) })
          : t("operator.said.notDead", { name: nameOf(event) }),
      ),
    edit: async (event: EventDetail) => {
      const payload = await ask(place, {
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
      desk.search({ ...noFilters, state: "all", q: event.key ?? "" });
    },
  };

  const queue: GlanceActs = {
    show: (queue: string, state: string) => {
      desk.search({ ...noFilters, state, queue });
    },
    pause: async (queue: string) => {
      const reason = await ask(place, {
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
    dismissRetry: (queue: string) =>
      void act(queuePath(queue, "retry/stop"), {}, () => t("operator.said.dismissed", { queue })),
  };

  return { detail, queue, retryChosen, discardChosen, retryAll };
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
