import "./who-and-where.odoo.ts";
