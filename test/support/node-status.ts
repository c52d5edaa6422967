/** What stands under the nodes in the editor. */
export interface NodeStatuses {
  of(id: string): { fill?: string; text?: string } | undefined;
  close(): void;
}

/** Listens as the editor does; what nodes say already comes at once. */
export async function watchStatuses(url: string): Promise<NodeStatuses> {
  const latest = new Map<string, { fill?: string; text?: string }>();
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/comms`);
  socket.addEventListener("message", ({ data }) => {
    const read: unknown = JSON.parse(String(data));
    for (const { topic, data: status } of (Array.isArray(read) ? read : [read]) as {
      topic?: string;
      data?: object;
    }[])
      if (topic?.startsWith("status/") && status) latest.set(topic.slice("status/".length), status);
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error(`No connection to ${url}/comms`)));
  });
  socket.send(JSON.stringify({ subscribe: "status/#" }));
  return { of: (id) => latest.get(id), close: () => socket.close() };
}
