/** What the dialogs of all nodes have in common beyond their own fields; each of them loads it, it runs once. */
import { type Editor, isOurs } from "./editor.ts";
import { openOlderFlows } from "./older-flows.ts";
import { judgeSources, readRows, showSources } from "./sources-list.ts";

const page = window as unknown as { RED: Editor; holdfastSettings?: true };

function start(RED: Editor): void {
  const tellWhatChanged = openOlderFlows(RED);
  RED.events.on("registry:node-type-added", (type: string) => {
    const definition = RED.nodes.getType(type);
    if (!definition || !isOurs(definition)) return;
    const { oneditprepare, oneditsave } = definition;
    definition.oneditprepare = function () {
      oneditprepare?.call(this);
      tellWhatChanged(this);
      showSources(RED, this);
    };
    definition.oneditsave = function () {
      const said = oneditsave?.call(this);
      this.sources = readRows();
      return said;
    };
    // Two parameters, or Node-RED takes a reason for a yes.
    definition.defaults!.sources!.validate = (value, _options) => judgeSources(RED, type, value);
  });
}

if (!page.holdfastSettings) {
  page.holdfastSettings = true;
  start(page.RED);
}
