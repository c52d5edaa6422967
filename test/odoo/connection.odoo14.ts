import "./connection.odoo.ts";
