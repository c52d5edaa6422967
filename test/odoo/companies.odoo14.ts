import "./companies.odoo.ts";
