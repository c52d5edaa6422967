import "./deliveries.odoo.ts";
