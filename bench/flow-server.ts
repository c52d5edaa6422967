/** A real Node-RED with a private copy of the package, which answers the probe's questions. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CONFIG_VERSION } from "../nodes/settings/versions.ts";
import { launchNodeRed, type NodeRedOptions, type NodeRedProcess } from "../sandbox/node-red.ts";
import { buildPackage } from "../scripts/build.ts";
import type { ProbeAsk } from "./probe.ts";

const root = path.resolve(import.meta.dirname, "..");

/** Everything a run leaves on the disk is in here, and goes with it. On the disk, not in memory: fsync is measured. */
export const scratch = mkdtempSync(path.join(process.env.BENCH_DIR ?? tmpdir(), "holdfast-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

let copy: Promise<string> | undefined;

/** The package as it is built now, where no other build can take it away. */
export function packageCopy(): Promise<string> {
  copy ??= (async () => {
    const folder = path.join(scratch, "package");
    mkdirSync(folder);
    await buildPackage(path.join(folder, "dist"));
    cpSync(path.join(root, "package.json"), path.join(folder, "package.json"));
    cpSync(path.join(root, "resources"), path.join(folder, "resources"), { recursive: true });
    symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "junction");
    return folder;
  })();
  return copy;
}

export interface FlowServer extends NodeRedProcess {
  ask<Answer = unknown>(ask: ProbeAsk): Promise<Answer>;
  /** Resolves when its queues can store. */
  queueOpen(): Promise<void>;
}

let servers = 0;

/** Starts Node-RED with this flow in place, as after a restart. */
export async function startFlows(
  flow: object[],
  options: Pick<NodeRedOptions, "onLog"> & { credentials?: Record<string, Record<string, string>> } = {},
): Promise<FlowServer> {
  const userDir = path.join(scratch, `node-red-${++servers}`);
  mkdirSync(userDir);
  // Without a version they would be taken for older ones, and what was a default then would change.
  const versioned = flow.map((node) => ({ configVersion: CONFIG_VERSION, ...node }));
  writeFileSync(path.join(userDir, "flows.json"), JSON.stringify(versioned));
  writeFileSync(path.join(userDir, "flows_cred.json"), JSON.stringify(options.credentials ?? {}));
  cpSync(path.join(import.meta.dirname, "nodes"), path.join(userDir, "nodes"), { recursive: true });
  const nodeRed = await launchNodeRed({
    userDir,
    packageRoot: await packageCopy(),
    env: { NODE_OPTIONS: `--import=${path.join(import.meta.dirname, "probe.ts")}` },
    settings: { credentialSecret: false },
    ...(options.onLog && { onLog: options.onLog }),
  });
  const child = nodeRed.process;
  const queueOpen = async (): Promise<void> => {
    for (;;) {
      const queues = (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as { open: boolean }[];
      if (queues.length > 0 && queues.every(({ open }) => open)) return;
      await sleep(20);
    }
  };
  return {
    ...nodeRed,
    queueOpen,
    ask: <Answer>(ask: ProbeAsk) =>
      new Promise<Answer>((resolve, reject) => {
        const over = (): void => reject(new Error(`Node-RED ended:\n${nodeRed.log.slice(-20).join("\n")}`));
        const read = (message: unknown): void => {
          const { probe, answer } = message as { probe?: string; answer?: Answer };
          if (probe !== ask.probe) return;
          child.off("message", read);
          child.off("exit", over);
          resolve(answer as Answer);
        };
        child.on("message", read);
        child.once("exit", over);
        child.send(ask);
      }),
  };
}
