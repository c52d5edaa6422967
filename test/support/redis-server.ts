import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createServer, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "./temporary.ts";

export interface RedisProcess {
  readonly port: number;
  readonly url: string;
  /** SIGKILL, as when the machine loses power; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on its own files; resolves when it answers. */
  start(settings?: Record<string, string>): Promise<void>;
  /** Ends it for good and removes its files. */
  remove(): Promise<void>;
}

let installed: boolean | undefined;

/** Whether this machine has a redis-server. CI must have one: there a test must not be left out. */
export function redisInstalled(): boolean {
  installed ??= spawnSync("redis-server", ["--version"]).status === 0;
  if (!installed && process.env.CI)
    throw new Error("CI needs redis-server: install it, so that no Redis test is left out.");
  return installed;
}

/** For `before` hooks: leaves the tests out, and says why, where no redis-server is installed. */
export function needsRedis(test: { skip(): unknown }): void {
  if (redisInstalled()) return;
  console.log("      skipped: no redis-server installed");
  test.skip();
}

/** What "acknowledged means durable" needs. */
export const durableSettings = { appendonly: "yes", appendfsync: "always", save: "" };

/** Starts a private server on a free loopback port, with files of its own. */
export async function startRedis(
  settings: Record<string, string> = durableSettings,
  wantedPort?: number,
): Promise<RedisProcess> {
  const folder = temporaryFolder();
  const port = wantedPort ?? (await freePort());
  let child: ChildProcess | undefined;
  let gone: Promise<void> = Promise.resolve();

  const endWithUs = () => child?.kill("SIGKILL");
  const start = async (given: Record<string, string>) => {
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder.path];
    for (const [name, value] of Object.entries(given)) args.push(`--${name}`, ...value.split(" "));
    const started = spawn("redis-server", args, { stdio: "ignore" });
    child = started;
    process.once("exit", endWithUs);
    started.once("exit", () => process.off("exit", endWithUs));
    gone = new Promise((resolve) => started.once("exit", () => resolve()));
    while (!(await answers(port))) {
      if (started.exitCode !== null) throw new Error(`redis-server ended with ${started.exitCode}`);
      await sleep(20);
    }
  };
  const kill = async () => {
    child?.kill("SIGKILL");
    await gone;
  };
  await start(settings);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    start: (given) => start(given ?? settings),
    remove: async () => {
      await kill();
      folder.remove();
    },
  };
}

/** A server answers PING with PONG once it has read its files. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(500, () => end(false));
    socket.once("error", () => end(false));
    socket.once("data", (data) => end(/^(\+PONG|-NOAUTH)/.test(data.toString())));
    socket.connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No free port.");
  return address.port;
}
