import type { Edit } from "../event-store.ts";
import { fromData, isEventId, toData } from "./rows.ts";

type Ask = (name: "confess" | "edit", args: (string | number)[], now: number) => Promise<unknown>;

/** Reads, and writes only if nothing came between. */
export async function editOne(ask: Ask, id: string, edit: Edit): Promise<"ok" | "changed" | "gone"> {
  const { was, payload, by, now } = edit;
  const known = isEventId(id) ? ((await ask("confess", [id], now)) as [string, ...unknown[]] | null) : null;
  if (known === null) return "gone";
  const [data] = known;
  const before = fromData(data);
  if (before.payload !== was) return "changed";
  const args = [id, data, toData({ ...before, payload }), JSON.stringify(by), JSON.stringify(was)];
  return (await ask("edit", args, now)) as "ok" | "changed" | "gone";
}
