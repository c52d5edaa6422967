/** Starts a real Node-RED with this package in it, for the demo and for tests. Loopback only. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = path.resolve(import.meta.dirname, "..");
const packageName = "@holdfast/node-red-shopify-odoo";

export interface NodeRedOptions {
  /** Which Node-RED: 5, or 4 for 4.1. */
  version?: 4 | 5;
  userDir: string;
  port?: number;
  /** The package to install, a folder with its package.json and dist; null: none. Default: this checkout. */
  packageRoot?: string | null;
  /** The Node.js to run it on. Default: the one that runs this. */
  node?: string;
  /** Environment variables that flows may name as `${NAME}`. */
  env?: Record<string, string>;
  /** More of settings.js. */
  settings?: Record<string, unknown>;
  /** The text of a settings.js of somebody's own; what is set here comes on top of it. */
  ownSettings?: string;
  /** Gets every line that Node-RED logs. */
  onLog?: (line: string) => void;
  /** A program to run it under, with its arguments: a tracer that leaves the process itself the child. */
  under?: string[];
  /** Gets the process as soon as it exists, to end it before it is up. */
  onSpawn?: (process: ChildProcess) => void;
}

export interface NodeRedProcess {
  url: string;
  port: number;
  userDir: string;
  log: string[];
  process: ChildProcess;
  /** `nodes`: only those that were changed are started anew. */
  deploy(flow: object[], what?: "full" | "nodes"): Promise<void>;
  /** Ends it as an operating system would: closing nodes, then exiting. */
  stop(): Promise<void>;
  /** Pulls the plug. */
  kill(): Promise<void>;
}

/** Resolves when the editor and all flows are up. @throws Error with the log when it ends before that. */
export async function launchNodeRed(options: NodeRedOptions): Promise<NodeRedProcess> {
  const { userDir } = options;
  const port = await freePort(options.port);
  prepareUserDir(
    userDir,
    port,
    options.packageRoot === undefined ? root : options.packageRoot,
    options.settings ?? {},
    options.ownSettings,
  );
  const entry = path.join(root, "node_modules", options.version === 4 ? "node-red-4" : "node-red", "red.js");
  const [program, ...args] = [...(options.under ?? []), options.node ?? process.execPath, entry];
  const child = spawn(
    program!,
    [...args, "--userDir", userDir, "--settings", path.join(userDir, "settings.js")],
    {
      cwd: userDir,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  options.onSpawn?.(child);
  const log: string[] = [];
  const started = new Promise<void>((resolve, reject) => {
    let unfinished = "";
    let awaited = ["Server now running", "Started flows"];
    const read = (chunk: Buffer): void => {
      const lines = (unfinished + chunk.toString()).split("\n");
      unfinished = lines.pop() ?? "";
      for (const line of lines) {
        log.push(line);
        options.onLog?.(line);
        awaited = awaited.filter((text) => !line.includes(text));
        if (awaited.length === 0) resolve();
      }
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.on("exit", (code, signal) =>
      reject(new Error(`Node-RED ended (${signal ?? code}):\n${log.join("\n")}`)),
    );
  });
  await within(started, "Node-RED did not start", log).catch((error) => {
    child.kill("SIGKILL");
    throw error;
  });

  const url = `http://127.0.0.1:${port}`;
  const end = (signal: NodeJS.Signals): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once("exit", () => resolve());
      child.kill(signal);
    });
  return {
    url,
    port,
    userDir,
    log,
    process: child,
    deploy: async (flow, what = "full") => {
      const from = log.length;
      await deploy(url, flow, what);
      // Node-RED answers before it starts the new flow.
      const begun = async (): Promise<void> => {
        while (child.exitCode === null && child.signalCode === null) {
          if (log.slice(from).some((line) => /Started (modified )?(flows|nodes)/.test(line))) return;
          await sleep(20);
        }
        throw new Error(`Node-RED ended while it was deployed:\n${log.slice(from).join("\n")}`);
      };
      await within(begun(), "Node-RED did not start what was deployed", log);
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

/** Far beyond what a busy machine takes: whoever waits is to hear what Node-RED said, not to wait for ever. */
const longestStartMs = 180_000;

async function within<T>(work: Promise<T>, what: string, log: readonly string[]): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([
      work,
      sleep(longestStartMs, undefined, { signal: over.signal, ref: false }).then(() => {
        throw new Error(`${what} within ${longestStartMs / 1000} s:\n${log.join("\n")}`);
      }),
    ]);
  } finally {
    over.abort();
  }
}

/** Deploys as the editor does: the whole flow is sent, credentials inside its nodes. */
async function deploy(url: string, flow: object[], what: "full" | "nodes"): Promise<void> {
  const response = await fetch(`${url}/flows`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Node-RED-Deployment-Type": what },
    body: JSON.stringify(flow),
  });
  if (!response.ok) throw new Error(`Deploying failed: HTTP ${response.status} ${await response.text()}`);
}

/** Whoever started this Node-RED may be killed; it must not go on alone and keep the port. */
const endWithParent = `if (process.channel) {
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}
`;

function prepareUserDir(
  userDir: string,
  port: number,
  packageRoot: string | null,
  settings: Record<string, unknown>,
  own?: string,
): void {
  mkdirSync(userDir, { recursive: true });
  if (packageRoot !== null) linkPackage(userDir, packageRoot);
  const all = {
    uiHost: "127.0.0.1",
    uiPort: port,
    flowFile: "flows.json",
    flowFilePretty: true,
    // No tours, no update checks, nothing sent anywhere from a sandbox.
    editorTheme: { tours: false, palette: { catalogues: [] } },
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { palette: { allowInstall: false } },
    ...settings,
  };
  writeFileSync(
    path.join(userDir, "settings.js"),
    `${own ?? ""}\nmodule.exports = { ...module.exports, ...${JSON.stringify(all, null, 2)} };\n${endWithParent}`,
  );
}

function linkPackage(userDir: string, packageRoot: string): void {
  const link = path.join(userDir, "node_modules", packageName);
  mkdirSync(path.dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(packageRoot, link, "junction");
  const userPackage = path.join(userDir, "package.json");
  if (existsSync(userPackage)) return;
  const project = { name: "node-red-project", private: true, dependencies: { [packageName]: "*" } };
  writeFileSync(userPackage, JSON.stringify(project, null, 2));
}

/** @throws Error when the port asked for is taken. */
async function freePort(wanted = 0): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", () =>
      reject(new Error(`Port ${wanted} is in use: end what listens there, or set PORT to another one.`)),
    );
    server.listen(wanted, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
