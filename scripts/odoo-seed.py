"""Seeds the template database of the Odoo test rig.

Fed to `odoo shell` by scripts/odoo-rig.sh; `env` comes from there. Running it
again changes nothing: every record hangs on an external id of module `rig`,
or is looked up first. Reads its settings from RIG_* environment variables and
prints the facts that tests may want as one line of JSON, "RIG-FACTS {...}".
"""
# ruff: noqa: F821
import json
import os

from odoo import release
from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT

# --- what the two ends of the version range say differently ----------------------------------------

OLD = release.version_info[0] < 19
USER_GROUPS_FIELD = 'groups_id' if OLD else 'group_ids'


def included(tax_is_included):
    """Values that say whether a tax is part of the price."""
    if OLD:
        return {'price_include': tax_is_included}
    return {'price_include_override': 'tax_included' if tax_is_included else 'tax_excluded'}


def goods(weight):
    """Values of a product whose stock is counted."""
    return {'type': 'product', 'weight': weight} if OLD else {'type': 'consu', 'is_storable': True, 'weight': weight}


def load_chart(company):
    if OLD:
        if not company.chart_template_id:
            env.ref('l10n_generic_coa.configurable_chart_template').try_loading(company=company)
    elif not company.chart_template:
        env['account.chart.template'].try_loading('generic_coa', company=company, install_demo=False)


def hold_until_statement(journal):
    """Lets payments of a bank journal reconcile, by accounts for what the bank statement has not told yet."""
    if OLD:
        return  # the journal made itself a pair
    ref = env['account.chart.template'].with_company(journal.company_id).ref
    journal.inbound_payment_method_line_ids.payment_account_id = ref('account_journal_payment_debit_account_id')
    journal.outbound_payment_method_line_ids.payment_account_id = ref('account_journal_payment_credit_account_id')


def version_facts(company, user):
    if OLD:
        return {'chart': company.chart_template_id.name, 'priceIncludeDefault': 'tax_excluded'}, user.groups_id
    return {'chart': company.chart_template, 'priceIncludeDefault': company.account_price_include}, user.all_group_ids


# --- what is seeded ---------------------------------------------------------------------------------

SERVICES = {
    'SHIPPING': 'Shipping',
    'DISCOUNT': 'Discount',
    'TIP': 'Tip',
    'DUTIES': 'Duties',
    'CUSTOM': 'Custom item',
    'GIFT-CARD': 'Gift card',
    'ROUNDING': 'Rounding',
    'FEE': 'Fee',
}
# external id, name, percent, whether it is part of the price. 8.25 exists on top of the price only, 12 not at
# all: tests need rates that find no tax.
TAXES = [
    ('tax_0', 'Sales 0%', 0.0, False),
    ('tax_5', 'Sales 5%', 5.0, False),
    ('tax_8_25', 'Sales 8.25%', 8.25, False),
    ('tax_10', 'Sales 10%', 10.0, False),
    ('tax_7_included', 'VAT 7% included', 7.0, True),
    ('tax_19_included', 'VAT 19% included', 19.0, True),
    ('tax_20_included', 'VAT 20% included', 20.0, True),
    ('tax_2_5', 'Sales 2.5%', 2.5, False),
    ('tax_4', 'Sales 4%', 4.0, False),
    ('tax_6', 'Sales 6%', 6.0, False),
    ('tax_7', 'Sales 7%', 7.0, False),
    ('tax_19', 'Sales 19%', 19.0, False),
    ('tax_20', 'Sales 20%', 20.0, False),
    ('tax_21', 'Sales 21%', 21.0, False),
    ('tax_2_5_included', 'VAT 2.5% included', 2.5, True),
    ('tax_4_included', 'VAT 4% included', 4.0, True),
    ('tax_5_included', 'VAT 5% included', 5.0, True),
    ('tax_6_included', 'VAT 6% included', 6.0, True),
    ('tax_10_included', 'VAT 10% included', 10.0, True),
    ('tax_21_included', 'VAT 21% included', 21.0, True),
]
# how many of it a dollar buys
CURRENCIES = {'EUR': 0.9, 'JPY': 150.0, 'KWD': 0.3}
GATEWAYS = {'SHPAY': 'Shopify Payments', 'PAYPL': 'PayPal', 'GIFTC': 'Gift cards'}
CARRIERS = {'DHL': 9.0, 'UPS': 12.0}
# The third has nothing on its shelves, so that a delivery can fall short there.
WAREHOUSES = {'OUT': 'Outlet', 'POP': 'Pop-up store'}
STOCKED_WAREHOUSES = ['WH', 'OUT']
STOCK = 100_000
# Sales and stock, and the right to create contacts, which neither of them brings (a user made in the
# web client has it unless it was taken away). Nothing administrative. The time zone is not UTC on purpose:
# whoever forgets the `tz` context key writes a wrong date, and a test sees it.
USER_GROUPS = [
    'base.group_user',
    'base.group_partner_manager',
    'sales_team.group_sale_salesman_all_leads',
    'stock.group_stock_user',
]
BILLING_GROUPS = USER_GROUPS + ['account.group_account_invoice']
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
    load_chart(company)
    return company


def seed_taxes():
    group = env['account.tax.group'].search([], limit=1)
    for xml_id, name, amount, tax_is_included in TAXES:
        load('account.tax', xml_id, {
            'name': name,
            'amount_type': 'percent',
            'amount': amount,
            'type_tax_use': 'sale',
            'tax_group_id': group.id,
            **included(tax_is_included),
        })


def seed_currencies(company):
    env['res.currency'].union(*(env.ref(f'base.{code}') for code in CURRENCIES)).active = True
    # Newer versions switch these on by themselves, with a pricelist in the company's currency, if not on before.
    features = [env.ref(name).id for name in ('base.group_multi_currency', 'product.group_product_pricelist')]
    env.ref('base.group_user').write({'implied_ids': [(4, feature) for feature in features]})
    for code, rate in CURRENCIES.items():
        currency = env.ref(f'base.{code}')
        load('res.currency.rate', f'rate_{code}', {
            'currency_id': currency.id, 'company_id': company.id, 'name': '2020-01-01', 'rate': rate,
        })
        # behind the company's own, which stays everybody's default
        load('product.pricelist', f'pricelist_{code}', {
            'name': f'Shop {code}', 'currency_id': currency.id, 'company_id': company.id, 'sequence': 100,
        })


def seed_gateways(company):
    for code, name in GATEWAYS.items():
        journal = load('account.journal', f'journal_{code}', {
            'name': name, 'code': code, 'type': 'bank', 'company_id': company.id,
        })
        hold_until_statement(journal)


def set_api_key(user, key):
    """Stores a key that this run was given, without an end date, the way Odoo stores its own."""
    env.cr.execute("DELETE FROM res_users_apikeys WHERE user_id = %s AND name = 'rig'", [user.id])
    env.cr.execute(
        "INSERT INTO res_users_apikeys (name, user_id, scope, key, index) VALUES ('rig', %s, NULL, %s, %s)",
        [user.id, KEY_CRYPT_CONTEXT.hash(key), key[:INDEX_SIZE]],
    )


def seed_user(company, login, name, groups, password, api_key):
    users = env['res.users'].with_context(no_reset_password=True, active_test=False)
    user = users.search([('login', '=', login)])
    values = {
        'name': name,
        'email': f'{login}@example.com',
        'tz': USER_TZ,
        'lang': 'en_US',
        USER_GROUPS_FIELD: [(6, 0, [env.ref(group).id for group in groups])],
        'password': password,
    }
    if user:
        user.write(values)
    else:
        user = users.create({'login': login, 'company_id': company.id, 'company_ids': [(6, 0, [company.id])], **values})
    set_api_key(user, api_key)


def seed_users(company):
    secret = os.environ.__getitem__
    seed_user(company, 'holdfast', 'Holdfast', USER_GROUPS, secret('RIG_PASSWORD'), secret('RIG_API_KEY'))
    seed_user(
        company, 'holdfast_billing', 'Holdfast with invoices', BILLING_GROUPS,
        secret('RIG_BILLING_PASSWORD'), secret('RIG_BILLING_API_KEY'),
    )
    admin = env.ref('base.user_admin')
    admin.write({'password': secret('RIG_ADMIN_PASSWORD'), 'email': 'admin@example.com', 'tz': 'UTC'})
    set_api_key(admin, secret('RIG_ADMIN_API_KEY'))


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
            # Invoiced as ordered, like Shopify charges it: a service is never delivered.
            values.update(type='service', invoice_policy='order')
        else:
            values.update(goods(float(item.get('weight') or 0)))
        if item.get('barcode'):
            values['barcode'] = item['barcode']
        env['product.product'].create(values)
    return [item['sku'] for item in catalogue if item.get('type') != 'service'], len(catalogue)


def seed_warehouses(company, stocked_skus):
    for code, name in WAREHOUSES.items():
        if not env['stock.warehouse'].search_count([('code', '=', code)]):
            env['stock.warehouse'].create({'name': name, 'code': code, 'company_id': company.id})
    products = env['product.product'].search([('default_code', 'in', stocked_skus)])
    for warehouse in env['stock.warehouse'].search([('code', 'in', STOCKED_WAREHOUSES)]):
        for product in products:
            place = [('product_id', '=', product.id), ('location_id', '=', warehouse.lot_stock_id.id)]
            if not env['stock.quant'].search_count(place):
                env['stock.quant']._update_available_quantity(product, warehouse.lot_stock_id, STOCK)


def seed_carriers():
    for name, price in CARRIERS.items():
        product = load('product.product', f'carrier_product_{name}', {
            'name': f'Delivery by {name}', 'default_code': f'DELIVERY-{name}', 'type': 'service', 'list_price': price,
            'invoice_policy': 'order', 'taxes_id': [(6, 0, [])], 'supplier_taxes_id': [(6, 0, [])],
        })
        load('delivery.carrier', f'carrier_{name}', {
            'name': name, 'delivery_type': 'fixed', 'fixed_price': price, 'product_id': product.id,
        })


def facts(company, products):
    taxes = env['account.tax'].search([('type_tax_use', '=', 'sale')], order='id')
    of_version, groups = version_facts(company, env['res.users'].search([('login', '=', 'holdfast')]))
    return {
        'odoo': release.version_info[0],
        'company': company.name,
        'currency': company.currency_id.name,
        **of_version,
        'taxRounding': company.tax_calculation_rounding_method,
        'pricePrecision': env['decimal.precision'].precision_get('Product Price'),
        'defaultSaleTax': company.account_sale_tax_id.name,
        'saleTaxes': [
            {'id': t.id, 'name': t.name, 'amount': t.amount, 'price_include': t.price_include}
            for t in taxes
        ],
        'pricelists': [
            {'id': p.id, 'name': p.name, 'currency': p.currency_id.name, 'decimals': p.currency_id.decimal_places}
            for p in env['product.pricelist'].search([], order='id')
        ],
        'journals': [
            {'id': j.id, 'code': j.code, 'name': j.name, 'type': j.type}
            for j in env['account.journal'].search([], order='id')
        ],
        'carriers': [
            {'id': c.id, 'name': c.name, 'price': c.fixed_price}
            for c in env['delivery.carrier'].search([], order='id')
        ],
        'warehouses': [
            {'id': w.id, 'code': w.code, 'name': w.name, 'stock': w.lot_stock_id.id}
            for w in env['stock.warehouse'].search([], order='id')
        ],
        'products': products,
        'userGroups': groups.mapped('full_name'),
    }


def main():
    company = seed_company()
    seed_taxes()
    seed_currencies(company)
    seed_gateways(company)
    seed_users(company)
    stocked_skus, products = seed_products()
    seed_warehouses(company, stocked_skus)
    seed_carriers()
    line = json.dumps(facts(company, products))
    env.cr.commit()
    print('RIG-FACTS', line)


main()
