/** Hears that something moved. What it is, is fetched. */

const RETRY_MS = 5_000;

/** Node-RED's own channel to its editors, for a page that is none. Returns how to stop it. */
export function listenToComms(root: string, token: () => string | null, onCounts: () => void): () => void {
  let socket: WebSocket | null = null;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    const address = new URL(`${root}comms`, document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address);
    const subscribe = (): void => socket?.send(JSON.stringify({ subscribe: "holdfast/counts" }));
    socket.onopen = () => {
      const known = token();
      if (known) socket?.send(JSON.stringify({ auth: known }));
      else subscribe();
    };
    socket.onmessage = ({ data }) => {
      const said = JSON.parse(String(data)) as { auth?: string } | { topic?: string }[];
      if (!Array.isArray(said)) {
        if (said.auth === "ok") subscribe();
      } else if (said.some(({ topic }) => topic === "holdfast/counts")) onCounts();
    };
    socket.onclose = () => {
      if (!stopped) timer = setTimeout(open, RETRY_MS);
    };
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
}
