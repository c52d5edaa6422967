import { setTimeout as sleep } from "node:timers/promises";

/** Waits until `probe` gives something truthy, and returns it. @throws Error with the last value seen. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T> | T,
  withinMs = 30_000,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + withinMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await probe();
      if (value) return value as Exclude<T, false | null | undefined>;
      last = value;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(
    `Never came true: ${what}. Last seen: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}
