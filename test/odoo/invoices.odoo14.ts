import "./invoices.odoo.ts";
