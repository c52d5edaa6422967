import "./order-life.odoo.ts";
