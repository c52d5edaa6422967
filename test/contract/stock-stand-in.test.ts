import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { describeStockContract } from "./stock-contract.ts";

describe("the stock of the Odoo stand-in keeps the contract", () => {
  let standIn: OdooStandIn | undefined;
  after(() => standIn?.close());
  describeStockContract("stand-in", async () => {
    standIn = await startOdooStandIn();
    return standIn;
  });
});
