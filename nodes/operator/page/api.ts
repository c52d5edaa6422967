/** Asks the admin API, as the one who is signed in. */

export interface Host {
  /** Before relative addresses: "" or the editor's own root. */
  root: string;
  token(): string | null;
  /** Calls back on every message about counts. Returns how to stop it. */
  listen(onCounts: () => void): () => void;
  /** Signs in again; null in the editor, which does it itself. */
  onSignedOut: (() => void) | null;
  signOut: (() => void) | null;
  /** The address of the page of its own, where this is not it. */
  page: string | null;
  /** Gives this place the room of another that it shares a column with; null when there is none. */
  moreRoom(): (() => void) | null;
}

export class ApiError extends Error {
  readonly status: number;
  readonly hint: string;
  constructor(status: number, message: string, hint = "") {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

export interface Api {
  get<T>(path: string, query?: Record<string, string>): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
}

export function createApi(host: Host, textOf: (status: number) => string): Api {
  const ask = async <T>(path: string, init: RequestInit): Promise<T> => {
    const token = host.token();
    const headers = new Headers(init.headers);
    if (token) headers.set("Authorization", `Bearer ${token}`);
    let response: Response;
    try {
      response = await fetch(`${host.root}holdfast${path}`, { ...init, headers, credentials: "same-origin" });
    } catch {
      throw new ApiError(0, textOf(0));
    }
    if (response.ok) return (await response.json()) as T;
    if (response.status === 401) host.onSignedOut?.();
    const said = (await response.json().catch(() => ({}))) as { message?: string; hint?: string };
    throw new ApiError(response.status, said.message ?? textOf(response.status), said.hint);
  };
  return {
    get: (path, query = {}) => {
      const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
      return ask(`${path}${asked.size > 0 ? `?${asked}` : ""}`, {});
    },
    post: (path, body) =>
      ask(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }),
  };
}
