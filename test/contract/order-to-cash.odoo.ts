import { describeOrderToCash } from "./order-to-cash.ts";

describeOrderToCash("a real Odoo", ["USD", "EUR", "JPY", "KWD"]);
