import { realOdoo } from "./real-odoo.ts";
import { describeVersionTable } from "./version-table.ts";

describeVersionTable("a real Odoo 14", realOdoo);
