import { describeOrderToCash } from "./order-to-cash.ts";

// Not KWD: Odoo 14 keeps an invoice's tax to two decimals there, its orders to three.
describeOrderToCash("a real Odoo 14", ["USD", "EUR", "JPY"]);
