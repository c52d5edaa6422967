import { createServer, Socket } from "node:net";

export interface RedisProxy {
  url: string;
  /** How often a command was asked. */
  asked(command: string): number;
  /** From now on nothing comes back: a half-open connection. */
  silence(): void;
  close(): Promise<void>;
}

/** Stands before a Redis server and asks other commands than it was asked, where `instead` says so. */
export async function redisProxy(port: number, instead: Record<string, () => string[]>): Promise<RedisProxy> {
  const asked = new Map<string, number>();
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((client) => {
    const upstream = new Socket();
    upstream.connect(port, "127.0.0.1");
    sockets.add(client).add(upstream);
    let unread = Buffer.alloc(0);
    client.on("data", (data) => {
      unread = Buffer.concat([unread, data]);
      for (;;) {
        const command = firstCommand(unread);
        if (!command) break;
        unread = unread.subarray(command.bytes);
        const name = command.words[0]!.toString().toUpperCase();
        asked.set(name, (asked.get(name) ?? 0) + 1);
        upstream.write(encode(instead[name]?.().map((word) => Buffer.from(word)) ?? command.words));
      }
    });
    upstream.on("data", (data) => {
      if (!silent) client.write(data);
    });
    for (const socket of [client, upstream]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as { port: number }).port}`,
    asked: (command) => asked.get(command) ?? 0,
    silence: () => {
      silent = true;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client sends arrays of byte strings: `*2 $3 GET $1 a`. */
function firstCommand(data: Buffer): { words: Buffer[]; bytes: number } | null {
  let at = 0;
  const line = (): string | null => {
    const end = data.indexOf("\r\n", at);
    if (end < 0) return null;
    const text = data.toString("latin1", at, end);
    at = end + 2;
    return text;
  };
  const head = line();
  if (head === null) return null;
  const words: Buffer[] = [];
  for (let left = Number(head.slice(1)); left > 0; left--) {
    const length = line();
    if (length === null) return null;
    const end = at + Number(length.slice(1));
    if (data.length < end + 2) return null;
    words.push(data.subarray(at, end));
    at = end + 2;
  }
  return { words, bytes: at };
}

function encode(words: Buffer[]): Buffer {
  const parts = words.flatMap((word) => [Buffer.from(`$${word.length}\r\n`), word, Buffer.from("\r\n")]);
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
}
