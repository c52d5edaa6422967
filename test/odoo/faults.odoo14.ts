import "./faults.odoo.ts";
