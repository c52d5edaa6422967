import "./mapping-settings.odoo.ts";
