import type { NodeDef } from "node-red";
import {
  createPlanWriter,
  HoldfastError,
  type ImportPlan,
  type OperationName,
  operate,
  readOperation,
} from "../../src/index.ts";
import type { OdooServerNode } from "../odoo-server/odoo-server.ts";
import {
  createNode,
  type FlowNode,
  flag,
  onInput,
  type Runtime,
  setting,
  settingsReader,
  settleDone,
  watching,
  whole,
} from "../runtime/index.ts";

interface Config extends NodeDef {
  server: string;
  operation: "plan" | OperationName;
  model: string;
  method: string;
  batchSize: number | string;
  /** Whether the event is done after this; before this setting existed it always was. */
  settles?: boolean;
}

/** Writes to Odoo and settles the event done once Odoo has it. */
export default function register(RED: Runtime): void {
  function OdooWrite(this: FlowNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    const server = RED.nodes.getNode(config.server) as OdooServerNode | null;
    let written = 0;
    let underWay = 0;
    const writePlan = server && createPlanWriter(server.client, whole(config.batchSize, 100));

    const read = settingsReader(RED, this, config);
    const write = async (payload: unknown, { operation, model, method }: Config): Promise<unknown> => {
      if (!server || !writePlan)
        throw new HoldfastError({
          class: "unavailable",
          code: "not_configured",
          message: RED._("odoo-write.error.no-server"),
          source: "odoo",
        });
      if (operation && operation !== "plan")
        return operate(
          server.client,
          readOperation(operation, { model: setting(model), method: setting(method), payload }),
        );
      const result = await writePlan(payload as ImportPlan);
      if (!result.ok) throw new HoldfastError(result.failure);
      return result;
    };

    onInput(this, "odoo", async (message, send) => {
      const settings = await read(message);
      underWay++;
      this.status({
        fill: "blue",
        shape: "dot",
        text: RED._("odoo-write.status.writing", { count: underWay }),
      });
      try {
        message.payload = await watching(config.server, () => write(message.payload, settings));
      } finally {
        underWay--;
      }
      if (flag(settings.settles, true) && (await settleDone(message)) === "lost")
        this.warn(RED._("odoo-write.warn.lost"));
      const warnings = (message.payload as { warnings?: string[] } | null)?.warnings ?? [];
      for (const warning of warnings) this.warn(warning);
      written++;
      this.status({
        fill: warnings.length > 0 ? "yellow" : "green",
        shape: "dot",
        text: RED._("odoo-write.status.written", { count: written }),
      });
      send(message);
    });
  }
  RED.nodes.registerType("odoo-write", OdooWrite);
}
