import { realOdoo } from "./real-odoo.ts";
import { describeStockContract } from "./stock-contract.ts";

describeStockContract("the stock of a real Odoo keeps the contract", realOdoo);
