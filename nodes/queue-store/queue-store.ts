import path from "node:path";
import type { NodeDef } from "node-red";
import type { EmbeddedDatabase } from "../../src/index.ts";
import { acquireDatabase, type FlowNode, type Runtime, releaseDatabase } from "../runtime/index.ts";

interface Config extends NodeDef {
  file: string;
}

/** Where queues live. A queue opens it and closes it; the file stays open while anyone uses it. */
export interface QueueStoreNode extends FlowNode {
  file: string;
  openDatabase(): Promise<EmbeddedDatabase>;
  closeDatabase(): Promise<void>;
}

export default function register(RED: Runtime): void {
  function QueueStore(this: QueueStoreNode, config: Config): void {
    RED.nodes.createNode(this, config);
    const home = RED.settings.userDir ?? process.cwd();
    this.file = path.resolve(home, config.file?.trim() || path.join("holdfast", "queue.db"));
    this.openDatabase = () => acquireDatabase(this.file);
    this.closeDatabase = () => releaseDatabase(this.file);
  }
  RED.nodes.registerType("queue-store", QueueStore);
}
