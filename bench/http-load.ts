/** Sends webhooks from a process of its own, so that measuring does not take the measured one's time. */
import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";

export interface LoadTarget {
  port: number;
  path: string;
}

export interface LoadWindow extends LoadTarget {
  connections: number;
  ms: number;
}

export interface LoadResult {
  perSecond: number;
  /** Milliseconds from the request's first byte to the answer's end. */
  p50: number;
  p99: number;
  /** How many answers had which status. */
  statuses: Record<string, number>;
}

export interface LoadSetup {
  secret: string;
  shop: string;
  topic: string;
  bodies: number;
}

export interface Load {
  run(window: LoadWindow): Promise<LoadResult>;
  end(): void;
}

export async function startLoad(setup: LoadSetup): Promise<Load> {
  const child = fork(path.join(import.meta.dirname, "http-load-process.ts"), [JSON.stringify(setup)]);
  await answerOf(child);
  return {
    run: (window) => {
      const answered = answerOf(child);
      child.send(window);
      return answered as Promise<LoadResult>;
    },
    end: () => void child.kill(),
  };
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const over = (code: number | null): void => reject(new Error(`The load generator ended (${code}).`));
    child.once("exit", over);
    child.once("message", (answer) => {
      child.off("exit", over);
      const { error } = answer as { error?: string };
      if (error !== undefined) reject(new Error(error));
      else resolve(answer);
    });
  });
}
