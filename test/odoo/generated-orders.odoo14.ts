import "./generated-orders.odoo.ts";
