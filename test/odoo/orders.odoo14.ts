import "./orders.odoo.ts";
