"""Seeds the template database of the Odoo test rig.

Fed to `odoo shell` by scripts/odoo-rig.sh; `env` comes from there. Running it
again changes nothing: every record hangs on an external id of module `rig`,
or is looked up first. Reads its settings from RIG_* environment variables and
prints the facts that tests may want as one line of JSON, "RIG-FACTS {...}".
"""
# ruff: noqa: F821
import json
import os

from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT

SERVICES = {
    'SHIPPING': 'Shipping',
    'DISCOUNT': 'Discount',
    'TIP': 'Tip',
    'DUTIES': 'Duties',
    'CUSTOM': 'Custom item',
    'GIFT-CARD': 'Gift card',
}
# external id, name, percent, how the price is meant
TAXES = [
    ('tax_0', 'Sales 0%', 0.0, 'tax_excluded'),
    ('tax_5', 'Sales 5%', 5.0, 'tax_excluded'),
    ('tax_8_25', 'Sales 8.25%', 8.25, 'tax_excluded'),
    ('tax_10', 'Sales 10%', 10.0, 'tax_excluded'),
    ('tax_7_included', 'VAT 7% included', 7.0, 'tax_included'),
    ('tax_19_included', 'VAT 19% included', 19.0, 'tax_included'),
    ('tax_20_included', 'VAT 20% included', 20.0, 'tax_included'),
]
# Sales and stock, and the right to create contacts, which neither of them brings (a user made in the
# web client has it unless it was taken away). Nothing administrative. The time zone is not UTC on purpose:
# whoever forgets the `tz` context key writes a wrong date, and a test sees it.
USER_GROUPS = [
    'base.group_user',
    'base.group_partner_manager',
    'sales_team.group_sale_salesman_all_leads',
    'stock.group_stock_user',
]
USER_TZ = 'America/New_York'


def load(model, xml_id, values):
    """Creates the record of this external id, or leaves the one that is there as it is."""
    record = env.ref(f'rig.{xml_id}', raise_if_not_found=False)
    if not record:
        record = env[model]._load_records([{'xml_id': f'rig.{xml_id}', 'values': values, 'noupdate': True}])
    return record


def seed_company():
    company = env.ref('base.main_company')
    usd = env.ref('base.USD')
    usd.active = True
    # Shopify rounds taxes line by line; Odoo's own default is once a document.
    values = {
        'name': 'Holdfast Test Company', 'email': 'company@example.com',
        'tax_calculation_rounding_method': 'round_per_line',
    }
    if company.country_id != env.ref('base.us'):
        values['country_id'] = env.ref('base.us').id
    if company.currency_id != usd:
        values['currency_id'] = usd.id
    company.write(values)
    if not company.chart_template:
        env['account.chart.template'].try_loading('generic_coa', company=company, install_demo=False)
    return company


def seed_taxes():
    group = env['account.tax.group'].search([], limit=1)
    for xml_id, name, amount, include in TAXES:
        load('account.tax', xml_id, {
            'name': name,
            'amount_type': 'percent',
            'amount': amount,
            'type_tax_use': 'sale',
            'price_include_override': include,
            'tax_group_id': group.id,
        })


def set_api_key(user, key):
    """Stores a key that this run was given, without an end date, the way Odoo stores its own."""
    env.cr.execute("DELETE FROM res_users_apikeys WHERE user_id = %s AND name = 'rig'", [user.id])
    env.cr.execute(
        "INSERT INTO res_users_apikeys (name, user_id, scope, key, index) VALUES ('rig', %s, NULL, %s, %s)",
        [user.id, KEY_CRYPT_CONTEXT.hash(key), key[:INDEX_SIZE]],
    )


def seed_users(company):
    bot = env['res.users'].with_context(no_reset_password=True, active_test=False).search([('login', '=', 'holdfast')])
    values = {
        'name': 'Holdfast',
        'email': 'holdfast@example.com',
        'tz': USER_TZ,
        'lang': 'en_US',
        'group_ids': [(6, 0, [env.ref(name).id for name in USER_GROUPS])],
        'password': os.environ['RIG_PASSWORD'],
    }
    if bot:
        bot.write(values)
    else:
        bot = env['res.users'].with_context(no_reset_password=True).create({
            'login': 'holdfast', 'company_id': company.id, 'company_ids': [(6, 0, [company.id])], **values,
        })
    set_api_key(bot, os.environ['RIG_API_KEY'])

    admin = env.ref('base.user_admin')
    admin.write({'password': os.environ['RIG_ADMIN_PASSWORD'], 'email': 'admin@example.com', 'tz': 'UTC'})
    set_api_key(admin, os.environ['RIG_ADMIN_API_KEY'])


def seed_products():
    path = os.environ.get('RIG_CATALOGUE')
    catalogue = []
    if path and os.path.exists(path):
        with open(path, encoding='utf-8') as file:
            catalogue = json.load(file)
    known = {item['sku'] for item in catalogue}
    catalogue += [
        {'sku': sku, 'title': title, 'price': '0.00', 'type': 'service'}
        for sku, title in SERVICES.items() if sku not in known
    ]
    for item in catalogue:
        if env['product.product'].search_count([('default_code', '=', item['sku'])]):
            continue
        values = {
            'name': item['title'],
            'default_code': item['sku'],
            'list_price': float(item.get('price') or 0),
            'sale_ok': True,
            'taxes_id': [(6, 0, [])],
            'supplier_taxes_id': [(6, 0, [])],
        }
        if item.get('type') == 'service':
            values['type'] = 'service'
        else:
            values.update(type='consu', is_storable=True, weight=float(item.get('weight') or 0))
        if item.get('barcode'):
            values['barcode'] = item['barcode']
        env['product.product'].create(values)
    return len(catalogue)


def seed_warehouses(company):
    if not env['stock.warehouse'].search_count([('code', '=', 'OUT')]):
        env['stock.warehouse'].create({'name': 'Outlet', 'code': 'OUT', 'company_id': company.id})


def facts(company, products):
    taxes = env['account.tax'].search([('type_tax_use', '=', 'sale')], order='id')
    return {
        'company': company.name,
        'currency': company.currency_id.name,
        'chart': company.chart_template,
        'taxRounding': company.tax_calculation_rounding_method,
        'priceIncludeDefault': company.account_price_include,
        'pricePrecision': env['decimal.precision'].precision_get('Product Price'),
        'defaultSaleTax': company.account_sale_tax_id.name,
        'saleTaxes': [
            {'id': t.id, 'name': t.name, 'amount': t.amount, 'override': t.price_include_override, 'price_include': t.price_include}
            for t in taxes
        ],
        'warehouses': [
            {'id': w.id, 'code': w.code, 'name': w.name, 'stock': w.lot_stock_id.id}
            for w in env['stock.warehouse'].search([], order='id')
        ],
        'products': products,
        'userGroups': env['res.users'].search([('login', '=', 'holdfast')]).all_group_ids.mapped('full_name'),
    }


def main():
    company = seed_company()
    seed_taxes()
    seed_users(company)
    products = seed_products()
    seed_warehouses(company)
    line = json.dumps(facts(company, products))
    env.cr.commit()
    print('RIG-FACTS', line)


main()
