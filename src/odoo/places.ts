import type { OdooClient } from "./client.ts";
import { idIn } from "./ref.ts";

export interface OdooWarehouse {
  id: number;
  name: string;
  /** "WH" */
  code: string;
  /** Its stock.location for what lies there: "WH/Stock". */
  stockLocationId: number;
  active: boolean;
}

export interface OdooStockLocation {
  id: number;
  /** "WH/Stock/Shelf 1" */
  name: string;
  /** Null: below no warehouse. */
  warehouseId: number | null;
  active: boolean;
}

export interface OdooPlaces {
  warehouses: OdooWarehouse[];
  /** Where goods lie; not where they come from or go to. */
  locations: OdooStockLocation[];
}

/** All warehouses and internal locations that the user may see, archived ones too. @throws HoldfastError */
export async function listPlaces(client: OdooClient): Promise<OdooPlaces> {
  const read = (model: string, domain: unknown[], fields: string[]) =>
    client.call(model, "search_read", {
      args: { domain, fields, order: "id" },
      context: { active_test: false },
    }) as Promise<Record<string, unknown>[]>;
  const [warehouses, locations] = await Promise.all([
    read("stock.warehouse", [], ["name", "code", "lot_stock_id", "view_location_id", "active"]),
    read("stock.location", [["usage", "=", "internal"]], ["complete_name", "parent_path", "active"]),
  ]);
  return {
    warehouses: warehouses.map((row) => ({
      id: Number(row.id),
      name: String(row.name),
      code: String(row.code),
      stockLocationId: idIn(row.lot_stock_id),
      active: row.active === true,
    })),
    locations: locations.map((row) => {
      // "1/7/8/": the places that it lies in, the outermost first.
      const above = String(row.parent_path || "").split("/");
      const warehouse = warehouses.find((one) => above.includes(String(idIn(one.view_location_id))));
      return {
        id: Number(row.id),
        name: String(row.complete_name),
        warehouseId: warehouse ? Number(warehouse.id) : null,
        active: row.active === true,
      };
    }),
  };
}
