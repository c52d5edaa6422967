import "./adjustments.odoo.ts";
