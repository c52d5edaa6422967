/** The sandbox talks to this machine only: a play shop must never reach a real server. */
export function requireLoopback(target: string): URL {
  const url = new URL(target);
  const host = url.hostname;
  if (host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host)) return url;
  throw new Error(
    `The sandbox refuses ${url.host}: it talks to this machine only, such as http://127.0.0.1:1880.`,
  );
}
