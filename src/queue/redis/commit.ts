import { HoldfastError } from "../../failure.ts";

interface Member {
  send(): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * For a server that writes to disk once a second and can be waited for: whatever came while the last wait went on goes
 * out together, and every caller is answered after the wait that followed.
 */
export function groupCommit(wait: () => Promise<number>): <T>(send: () => Promise<T>) => Promise<T> {
  let waiting: Member[] = [];
  let running = false;

  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const answers = await Promise.allSettled(group.map((member) => member.send()));
      const late = await onDisk();
      group.forEach(({ resolve, reject }, i) => {
        const answer = answers[i]!;
        if (answer.status === "rejected") reject(answer.reason);
        else if (late) reject(late);
        else resolve(answer.value);
      });
    }
    running = false;
  };

  const onDisk = async (): Promise<unknown> => {
    try {
      return (await wait()) < 1 ? notOnDisk() : null;
    } catch (error) {
      return error;
    }
  };

  return <T>(send: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ send, resolve: resolve as (value: unknown) => void, reject });
      if (!running) void run();
    });
}

function notOnDisk(): HoldfastError {
  return new HoldfastError({
    class: "unavailable",
    code: "not_stored",
    message: "The Redis server did not say in time that the event is on its disk.",
    hint: "Look into its log and at its disk; the sender tries again.",
    source: "queue",
  });
}
