import type { NodeDef } from "node-red";
import {
  checkTable,
  type LocationRow,
  locationIdsOf,
  type MappedLocation,
  type OdooPlace,
  policyFor,
  tableProblems,
  toOdoo,
  toShopify,
} from "../../src/index.ts";
import {
  createNode,
  type FlowNode,
  type Message,
  onInput,
  type Runtime,
  settingsReader,
  statusText,
} from "../runtime/index.ts";
import { serveFetch } from "./fetch.ts";

interface Config extends NodeDef {
  direction: "toOdoo" | "toShopify";
  unmapped: "reject" | "default" | "output";
  rows: ConfigRow[];
}

interface ConfigRow {
  shopifyId: string;
  shopifyName: string;
  warehouseId: number | string;
  locationId: number | string;
  code: string;
  isDefault: boolean;
  /** The last three are missing in flows saved before they existed. */
  stockDirection?: "odoo" | "shopify";
  /** "8, 12" */
  stockLocationIds?: string;
  buffer?: number | string;
}

/** What other nodes find out about a location-mapper. */
export interface LocationMapperNode extends FlowNode {
  table: LocationRow[];
}

type UnmappedPolicy = Parameters<typeof policyFor>[1];

interface Mapped {
  location: MappedLocation | null;
  /** Did the message name a location at all? */
  named: boolean;
  /** Further locations of a refund. */
  others: MappedLocation[];
}

/** Shopify location ↔ Odoo warehouse and stock location, both ways, from one table. */
export default function register(RED: Runtime): void {
  function LocationMapper(this: LocationMapperNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    const table = (config.rows ?? []).map(tableRow);
    const [problem] = tableProblems(table);
    this.table = table;
    if (problem) {
      this.error(problem);
      this.status({ fill: "red", shape: "dot", text: statusText(problem) });
    }
    const read = settingsReader(RED, this, config);

    onInput(this, "flow", async (message, send) => {
      const { rows, direction, unmapped: whenUnmapped } = await read(message);
      const policy = whenUnmapped === "output" ? "pass" : whenUnmapped || "reject";
      const given = rows === config.rows ? table : (rows ?? []).map(tableRow);
      checkTable(given);
      const { location, named, others } =
        direction === "toShopify" ? outward(given, policy, message) : inward(given, policy, message);
      if (location) message.location = location;
      if (others.length > 0) message.locations = [...(location ? [location] : []), ...others];
      const unmapped = !location && named && given.length > 0;
      this.status({
        fill: unmapped || given.length === 0 ? "yellow" : "green",
        shape: "ring",
        text: location
          ? statusText(`${location.shopify.name || location.shopify.id} ↔ ${location.odoo.code}`)
          : RED._(
              `location-mapper.status.${given.length === 0 ? "no-table" : unmapped ? "unmapped" : "no-location"}`,
            ),
      });
      send(unmapped && policy === "pass" ? [null, message] : [message, null]);
    });
  }
  RED.nodes.registerType("location-mapper", LocationMapper);
  serveFetch(RED);
}

function inward(table: LocationRow[], policy: UnmappedPolicy, message: Message): Mapped {
  const { topic = "" } = message;
  const [id = null, ...more] = locationIdsOf(topic, message.payload);
  const take = (each: string | null) => toOdoo(table, each, policyFor(topic, policy));
  return {
    location: take(id),
    named: id !== null,
    others: more.map(take).filter((each) => each !== null),
  };
}

function outward(table: LocationRow[], policy: UnmappedPolicy, message: Message): Mapped {
  const place = (message.location as { odoo?: OdooPlace } | undefined)?.odoo ?? {};
  return { location: toShopify(table, place, policy), named: true, others: [] };
}

function tableRow(row: ConfigRow): LocationRow {
  return {
    shopifyId: String(row.shopifyId ?? ""),
    shopifyName: row.shopifyName ?? "",
    warehouseId: Number(row.warehouseId),
    locationId: Number(row.locationId),
    code: row.code ?? "",
    name: row.code ?? "",
    default: row.isDefault === true,
    direction: row.stockDirection || "odoo",
    stockLocationIds: (row.stockLocationIds ?? "")
      .split(/[\s,;]+/)
      .filter((id) => id !== "")
      .map(Number),
    buffer: Number(row.buffer || 0),
  };
}
