import { promisify } from "node:util";
import type { NodeDef } from "node-red";
import { HoldfastError } from "../../src/index.ts";
import { type Field, readAs, type Source, sourceName, sourcesOf } from "../settings/index.ts";
import type { FlowNode, Message, Runtime } from "./node-red.ts";

const shared = "@holdfast/node-red-shopify-odoo";

type From = Source & Field;

interface WithSources extends NodeDef {
  sources?: unknown;
}

/** A node's settings with what the environment says of them. */
export function fromEnvironment<Config extends WithSources>(
  RED: Runtime,
  node: FlowNode,
  config: Config,
): { config: Config; failure: HoldfastError | null } {
  const said: Record<string, unknown> = {};
  let failure: HoldfastError | null = null;
  for (const source of sourcesOf(config.type, config.sources).filter(({ type }) => type === "env")) {
    const given: unknown = RED.util.evaluateNodeProperty(source.value, "env", node, {});
    // An unset variable is an empty one.
    const reading = readAs(source.kind, given === "" ? undefined : given);
    if (reading.is === "value") said[source.field] = reading.value;
    else if (reading.is === "bad") failure ??= bad(RED, config.type, source, given);
  }
  return { config: { ...config, ...said }, failure };
}

/**
 * How a node reads its settings for each message: what a source says, else what the dialog says.
 * Returns `config` itself where no source depends on the message. Rejects with a HoldfastError `bad_setting`.
 */
export function settingsReader<Config extends WithSources>(
  RED: Runtime,
  node: FlowNode,
  config: Config,
): (message: Message) => Promise<Config> {
  const { failure } = fromEnvironment(RED, node, config);
  const sources = sourcesOf(config.type, config.sources).filter(({ type }) => type !== "env");
  if (failure) return () => Promise.reject(failure);
  if (sources.length === 0) return () => Promise.resolve(config);
  return async (message) => {
    const said: Record<string, unknown> = {};
    for (const source of sources) {
      const given = await evaluate(RED, node, config.type, source, message);
      const reading = readAs(source.kind, given);
      if (reading.is === "bad") throw bad(RED, config.type, source, given);
      if (reading.is === "value") said[source.field] = reading.value;
    }
    return { ...config, ...said };
  };
}

async function evaluate(
  RED: Runtime,
  node: FlowNode,
  type: string,
  source: From,
  message: Message,
): Promise<unknown> {
  const read = promisify(RED.util.evaluateNodeProperty) as unknown as (
    value: string,
    type: string,
    node: FlowNode,
    message: Message,
  ) => Promise<unknown>;
  try {
    return await read(source.value, source.type, node, message);
  } catch (thrown) {
    // A property of something that is not there says nothing.
    if (source.type !== "jsonata") return undefined;
    throw bad(RED, type, source, thrown instanceof Error ? thrown.message : thrown);
  }
}

function bad(RED: Runtime, type: string, source: From, given: unknown): HoldfastError {
  const { field, kind } = source;
  const say = (key: string, values: Record<string, string> = {}): string =>
    RED._(`${shared}/operator:${key}`, values);
  const key = `${type}.label.${field}`;
  const label = RED._(`${shared}/${type}:${key}`);
  const shown = (typeof given === "object" ? JSON.stringify(given) : String(given)).slice(0, 80);
  const may = typeof kind === "string" ? say(`operator.settings.kind.${kind}`) : kind.join(", ");
  return new HoldfastError({
    class: "rejected",
    code: "bad_setting",
    message: say("operator.settings.bad", {
      label: label.endsWith(key) ? field : label,
      from: sourceName(source),
      given: shown,
      may,
    }),
    hint: say("operator.settings.hint"),
    source: "flow",
  });
}
