import { describeOdooContract } from "./odoo-contract.ts";
import { realOdoo } from "./real-odoo.ts";

describeOdooContract("a real Odoo 14", realOdoo, ["xmlrpc"]);
