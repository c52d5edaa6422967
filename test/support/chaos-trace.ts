import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * What one process did to its files and sockets, from `strace`. `line` is where a call began, `end` where it had
 * returned; between the two it may or may not have had its effect.
 */
export type Step = { line: number; end: number } & (
  | { kind: "write"; file: string; offset: number; data: Buffer }
  | { kind: "truncate"; file: string; size: number }
  | { kind: "sync"; file: string }
  | { kind: "create"; file: string }
  | { kind: "unlink"; file: string }
  | { kind: "mkdir"; file: string }
  | { kind: "answer"; clientPort: number; status: number }
);

const calls =
  "pwrite64,pwritev,write,writev,sendto,sendmsg,ftruncate,fallocate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,openat,mkdir,mkdirat";

export const noStrace =
  "strace is not installed (Debian: apt-get install strace) or may not trace here, so the order of system calls can't be seen";

export function hasStrace(): boolean {
  return spawnSync("strace", ["-o", "/dev/null", "true"], { stdio: "ignore" }).status === 0;
}

/** What to run a process under. With -D the tracer is the grandchild, and the process itself stays ours to kill. */
export function straceInto(file: string): string[] {
  return ["strace", "-D", "-f", "-yy", "-xx", "-s", "100000", "-e", `trace=${calls}`, "-o", file];
}

const whole = /^(\d+) +(\w+)\((.*)\) += (-?\d+)/s;
// Killed in a call, its result is a question mark.
const begun = /^(\d+) +(\w+)\((.*?)(?: <unfinished \.\.\.>|\) += \?.*)$/s;
const resumed = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+)/s;

/** Reads a trace. @throws Error when a call that this reader does not know touches the folder. */
export function readTrace(file: string, folder: string, fromLine = 0): Step[] {
  const steps: Step[] = [];
  const open = new Map<string, { line: number; call: string; args: string }>();
  const lines = readFileSync(file, "latin1").split("\n");
  lines.forEach((text, at) => {
    const line = fromLine + at;
    const start = begun.exec(text);
    if (start) {
      open.set(start[1]!, { line, call: start[2]!, args: start[3]! });
      return;
    }
    const rest = resumed.exec(text);
    if (rest) {
      const first = open.get(rest[1]!);
      open.delete(rest[1]!);
      if (!first) return;
      const step = toStep(first.call, first.args + rest[3], Number(rest[4]), folder);
      if (step) steps.push({ ...step, line: first.line, end: line } as Step);
      return;
    }
    const one = whole.exec(text);
    if (!one) return;
    const step = toStep(one[2]!, one[3]!, Number(one[4]), folder);
    if (step) steps.push({ ...step, line, end: line } as Step);
  });
  // Killed in the middle of a call: it began, and may have had its effect.
  for (const { line, call, args } of open.values()) {
    const step = toStep(call, args, 0, folder);
    if (step) steps.push({ ...step, line, end: Number.POSITIVE_INFINITY } as Step);
  }
  return steps.toSorted((a, b) => a.line - b.line);
}

/** A call with the clock's time where it began and where it had returned, in seconds; for two processes at once. */
export interface TimedCall {
  call: string;
  args: string;
  from: number;
  to: number;
}

/** As `straceInto`, with times. */
export function timedStraceInto(file: string): string[] {
  const [program, ...args] = straceInto(file);
  return [program!, "-ttt", "-T", ...args];
}

const timed =
  /^(\d+) +(\d+\.\d+) (?:<\.\.\. )?(\w+)(\(| resumed>)(.*?)(?: <unfinished \.\.\.>|\) += \?.*|\) += -?\d+.*? <(\d+\.\d+)>)$/s;

export function readTimedTrace(file: string): TimedCall[] {
  const found: TimedCall[] = [];
  const open = new Map<string, TimedCall>();
  for (const text of readFileSync(file, "latin1").split("\n")) {
    const parts = timed.exec(text);
    if (!parts) continue;
    const [, pid, at, call, kind, args, lasted] = parts as unknown as string[];
    if (kind !== "(") {
      const first = open.get(pid!);
      open.delete(pid!);
      if (first) found.push({ ...first, args: first.args + args, to: Number(at) });
    } else if (lasted === undefined)
      open.set(pid!, { call: call!, args: args!, from: Number(at), to: Number.POSITIVE_INFINITY });
    else found.push({ call: call!, args: args!, from: Number(at), to: Number(at) + Number(lasted) });
  }
  return [...found, ...open.values()];
}

/** What a traced call wrote to a socket's other end or to a file, and which. */
export function writtenBy({
  call,
  args,
}: TimedCall): { clientPort?: number; file?: string; data: Buffer } | null {
  if (!/^(write|writev|pwrite64|sendto|sendmsg)$/.test(call)) return null;
  const data = Buffer.concat([...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex]) => plain(hex!)));
  const socket = /^\d+<TCP(?:v6)?:\[.*->.*?:(\d+)\]>/.exec(args);
  if (socket) return { clientPort: Number(socket[1]), data };
  const file = fileOf(args);
  return file === null ? null : { file, data };
}

/** The file behind a call's first argument. */
export function fileOf(args: string): string | null {
  const descriptor = /^\d+<((?:\\x[0-9a-f]{2})+)>/.exec(args);
  return descriptor ? plain(descriptor[1]!).toString() : null;
}

function toStep(call: string, args: string, result: number, folder: string): object | null {
  if (result < 0) return null;
  const inFolder = (file: string) => file === folder || file.startsWith(`${folder}${path.sep}`);
  if (call === "openat") {
    const [file] = texts(args);
    return file && args.includes("O_CREAT") && inFolder(file) ? { kind: "create", file } : null;
  }
  if (call === "mkdir" || call === "mkdirat") {
    const file = texts(args).at(-1);
    return file && inFolder(file) ? { kind: "mkdir", file } : null;
  }
  if (call.startsWith("unlink")) {
    const file = texts(args).at(-1);
    return file && inFolder(file) ? { kind: "unlink", file } : null;
  }
  if (call.startsWith("rename")) {
    if (texts(args).some(inFolder))
      throw new Error(`The trace has a ${call} in ${folder}; teach the reader.`);
    return null;
  }
  const socket = /^\d+<TCP(?:v6)?:\[.*->.*?:(\d+)\]>/.exec(args);
  if (socket) {
    const [text] = texts(args);
    const status = /^HTTP\/1\.1 (\d+)/.exec(text ?? "");
    return status ? { kind: "answer", clientPort: Number(socket[1]), status: Number(status[1]) } : null;
  }
  const descriptor = /^\d+<((?:\\x[0-9a-f]{2})+)>(\(deleted\))?/.exec(args);
  if (!descriptor || descriptor[2]) return null;
  const file = plain(descriptor[1]!).toString();
  // The folder's own name stands in the folder above it.
  if (!inFolder(file) && !(file === path.dirname(folder) && call.startsWith("f"))) return null;
  if (call === "fsync" || call === "fdatasync") return { kind: "sync", file };
  if (call === "ftruncate") return { kind: "truncate", file, size: Number(/, (\d+)$/.exec(args)![1]) };
  if (call === "pwrite64") {
    const parts = /, "((?:\\x[0-9a-f]{2})*)"(\.\.\.)?, \d+, (\d+)$/.exec(args);
    if (!parts || parts[2]) throw new Error(`The trace cut off what was written to ${file}.`);
    const data = plain(parts[1]!);
    return { kind: "write", file, offset: Number(parts[3]), data: data.subarray(0, result || data.length) };
  }
  throw new Error(`The trace has a ${call} on ${file}; teach the reader.`);
}

/** The quoted arguments. */
function texts(args: string): string[] {
  return [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex]) => plain(hex!).toString());
}

function plain(hex: string): Buffer {
  return Buffer.from(hex.replaceAll("\\x", ""), "hex");
}
