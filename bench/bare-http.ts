/** The least that HTTP costs on this machine: node:http alone, which reads a body and says 200. */
import { type ChildProcess, fork } from "node:child_process";
import http from "node:http";
import type { AddressInfo } from "node:net";

export async function startBareHttp(): Promise<{ port: number; end(): void }> {
  const child: ChildProcess = fork(import.meta.filename);
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (answer) => resolve((answer as { port: number }).port));
    child.once("exit", (code) => reject(new Error(`The bare HTTP server ended (${code}).`)));
  });
  return { port, end: () => void child.kill() };
}

function serve(): void {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      response.setHeader("Content-Type", "text/plain; charset=utf-8");
      response.end("Stored.");
    });
  });
  server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.on("disconnect", () => process.exit());
}

if (import.meta.main) serve();
