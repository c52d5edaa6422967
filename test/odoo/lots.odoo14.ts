import "./lots.odoo.ts";
