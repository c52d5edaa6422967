import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { describeOdooContract } from "./odoo-contract.ts";

describe("the Odoo stand-in keeps the contract", () => {
  const running: OdooStandIn[] = [];
  after(async () => {
    for (const one of running) await one.close();
  });

  for (const taxRounding of ["round_per_line", "round_globally"] as const) {
    let standIn: Promise<OdooStandIn> | undefined;
    describeOdooContract(`stand-in, ${taxRounding}`, async () => {
      standIn ??= startOdooStandIn({ taxRounding });
      const server = await standIn;
      if (!running.includes(server)) running.push(server);
      return server;
    });
  }
});
