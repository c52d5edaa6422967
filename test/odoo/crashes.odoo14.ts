import "./crashes.odoo.ts";
