import "./writers.odoo.ts";
