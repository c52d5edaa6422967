import { groupBy, inChunks } from "../group.ts";
import type { Item } from "./plan-items.ts";

const largest = 100;

/**
 * The order of writing: items of one shape together, after everything they point to.
 * Within a group an item may point to those before it; `load` creates them in order.
 */
export function schedule(items: readonly Item[]): Item[][] {
  const groups: Item[][] = [];
  const done = new Set<Item>();
  let waiting = [...items];
  while (waiting.length > 0) {
    const group = nextGroup(waiting, done);
    for (const item of group) done.add(item);
    waiting = waiting.filter((item) => !done.has(item));
    groups.push(...inChunks(group, largest));
  }
  return groups;
}

/** The shape of which all can go now; where none can, the one of which most can. */
function nextGroup(waiting: readonly Item[], done: ReadonlySet<Item>): Item[] {
  let best: Item[] = [];
  for (const members of groupBy(waiting, (item) => item.shape).values()) {
    const ready = readyOf(members, done);
    if (ready.length === members.length) return ready;
    if (ready.length > best.length) best = ready;
  }
  // Plans that point in a circle: send them as they are, Odoo says what is missing.
  return best.length > 0 ? best : [...waiting.slice(0, 1)];
}

function readyOf(members: readonly Item[], done: ReadonlySet<Item>): Item[] {
  const ready = new Set<Item>();
  for (let grew = true; grew; ) {
    grew = false;
    for (const item of members) {
      if (ready.has(item) || ![...item.needs].every((need) => done.has(need) || ready.has(need))) continue;
      ready.add(item);
      grew = true;
    }
  }
  return [...ready];
}
