import type { Runtime } from "./node-red.ts";

interface Asked {
  params: { id?: string };
  /** As Node-RED's own parser read it. */
  body?: unknown;
}
interface Answering {
  status(code: number): Answering;
  json(body: object): void;
}

const served = new WeakMap<object, Set<string>>();

/**
 * Serves an address of the editor's own, for those who have the permission; once, however often a node type is loaded.
 * @param path with `:id`, the id of a node.
 */
export function addAdminRoute(
  RED: Runtime,
  method: "get" | "post",
  path: string,
  permission: string,
  handle: (params: { id: string }, body: unknown) => Promise<{ status: number; body: object }>,
): void {
  const { httpAdmin } = RED;
  if (RED.settings.httpAdminRoot === false) return;
  const paths = served.get(httpAdmin) ?? new Set<string>();
  if (paths.has(`${method} ${path}`)) return;
  served.set(httpAdmin, paths.add(`${method} ${path}`));
  httpAdmin[method](path, RED.auth.needsPermission(permission), async (request, response) => {
    const answering = response as unknown as Answering;
    try {
      const { params, body: sent } = request as unknown as Asked;
      const { status, body } = await handle({ id: params.id ?? "" }, sent);
      answering.status(status).json(body);
    } catch (thrown) {
      answering.status(500).json({ ok: false, message: (thrown as Error).message });
    }
  });
}
