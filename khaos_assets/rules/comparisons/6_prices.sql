-- Prices beside the owner's: each OroCommerce list price and the Khaos list's at the same quantity (list_price), each base price
-- of a channel or PIM and the owner's (base_price). `expected` is on the other side's basis and in its unit.

-- Reads of which every record is there: only then a sum over them is one
CREATE OR REPLACE TABLE complete_read AS
SELECT system || '.' || entity AS read FROM control_read WHERE night = getvariable('night') AND verdict <> 'INCOMPLETE';

-- An amount on the basis that is wanted, in ten-thousandths; rounded to the penny only where VAT is put on or taken off
CREATE OR REPLACE MACRO on_basis(amount, is_net, wants_net, percent) AS CASE
    WHEN is_net = wants_net THEN amount
    WHEN wants_net THEN amount - vat_in(amount, percent)
    ELSE half_up((amount * 10000)::HUGEINT * (1000000 + (percent * 10000)::HUGEINT), 100000000::HUGEINT)::DECIMAL(26, 0) * 0.01 END;

-- A difference of prices made net, times units (so many of one unit) valued in pounds
CREATE OR REPLACE MACRO difference_in_pounds(difference, includes_vat, percent, valued_units, unit_size) AS list_transform(
    [net_fraction(difference, includes_vat, percent)],
    lambda f: reduced(fraction(f.num * (valued_units * 10000000000)::HUGEINT * 10, f.den * 1000000 * (unit_size * 100000)::HUGEINT)))[1];

-- Pounds for one unit of a currency in the period
CREATE OR REPLACE TABLE rate_of_period AS
SELECT 'GBP' AS currency, 1::DECIMAL(18, 6) AS rate
UNION ALL
SELECT currency, rate FROM exchange_rate WHERE month = strftime(getvariable('night') - 1, '%Y-%m') AND currency <> 'GBP';

-- The price of a Khaos list that holds for a quantity. 999 and 9999 stand for an open end (contract khaos, 3.6). A list of
-- which no account tells the basis has no currency either, and meets no other price
CREATE OR REPLACE TABLE khaos_list_price AS
SELECT price_list, sku, quantity_from, CASE WHEN quantity_to NOT IN (999, 9999) THEN quantity_to END AS quantity_to,
    amount, currency, is_net, snapshot
FROM price
WHERE system = 'khaos' AND amount IS NOT NULL;

-- Active OroCommerce prices of mapped lists and units, with the Khaos price at their quantity; quantity_to: where the next begins
CREATE OR REPLACE TABLE list_price AS
WITH shown AS (
    SELECT p.*, m.khaos_list, u.base_units, coalesce(s.stock_code, p.sku) AS stock_code,
        lead(p.quantity_from) OVER (PARTITION BY p.price_list, p.sku, p.unit, p.currency ORDER BY p.quantity_from) AS next_from
    FROM price AS p
    JOIN map_price_list AS m ON m.price_list = p.price_list
    JOIN map_unit AS u ON u.unit = p.unit
    LEFT JOIN sku_meaning AS s ON s.system = p.system AND s.sku = p.sku
    WHERE p.system = 'orocommerce' AND p.active AND p.sku NOT IN (SELECT sku FROM non_stock_code)
)
SELECT p.sku, p.stock_code, p.price_list, p.khaos_list, p.unit, p.base_units, p.quantity_from, p.next_from, p.currency, p.is_net,
    concat_ws('/', p.price_list, p.unit, plain(p.quantity_from), p.currency) AS scope,
    p.amount, on_basis((k.amount * p.base_units)::DECIMAL(28, 4), k.is_net, p.is_net, i.vat_percent)::DECIMAL(28, 4) AS expected,
    i.vat_percent AS percent, k.quantity_from AS khaos_from, k.snapshot AS expected_snapshot, p.snapshot AS actual_snapshot
FROM shown AS p
JOIN item AS i ON i.system = 'khaos' AND i.sku = p.stock_code
JOIN khaos_list_price AS k ON k.price_list = p.khaos_list AND k.sku = p.stock_code AND k.currency = p.currency
    AND coalesce(k.quantity_from, 0) <= p.quantity_from * p.base_units
    AND coalesce(k.quantity_to >= p.quantity_from * p.base_units, TRUE)
QUALIFY row_number() OVER (PARTITION BY p.sku, p.price_list, p.unit, p.quantity_from, p.currency
                           ORDER BY k.quantity_from DESC NULLS LAST, k.amount) = 1;

-- Units sold in the period per list and shop unit, by customers mapped to the list: not cancelled orders
CREATE OR REPLACE TABLE sold_by_list AS
SELECT g.khaos_list, l.sku, l.unit, o.currency, l.quantity, o.rate, count(*) AS lines
FROM channel_order AS o
JOIN order_line AS l ON l.system = o.channel AND l.order_key = o.order_key
JOIN account AS a ON a.system = o.channel AND a.source_key = o.account_key
JOIN map_customer_group AS g ON g.customer_group = a.price_group
WHERE o.channel = 'orocommerce' AND o.status <> 'cancelled' AND in_period(o.created_at)
GROUP BY ALL;

-- The system that owns prices, and its price of each stock code: Khaos unless the ownership table says another
CREATE OR REPLACE TABLE price_owner AS
SELECT coalesce((SELECT system FROM ownership WHERE field = 'price' ORDER BY system <> 'khaos', system LIMIT 1), 'khaos') AS system;

CREATE OR REPLACE TABLE owner_price AS
SELECT coalesce(m.stock_code, i.sku) AS stock_code, any_value(i.price) AS price, max(i.changed_at) AS changed_at,
    any_value(i.snapshot) AS snapshot
FROM item AS i
JOIN price_owner AS w ON w.system = i.system
LEFT JOIN item_match AS m ON m.system = i.system AND m.sku = i.sku
WHERE i.price.num IS NOT NULL
GROUP BY 1;

-- Base prices in force. At home the owner's price; elsewhere the Khaos list of the market, one unit of it
CREATE OR REPLACE TABLE base_price AS
WITH shown AS (
    SELECT p.system, p.sku, p.source_key, p.market, p.currency, p.amount, p.is_net, p.snapshot, m.stock_code, k.vat_percent,
        w.price_list, w.currency AS market_currency
    FROM (
        -- A PIM's price stands for the home market
        SELECT * REPLACE (CASE WHEN system IN ('plytix', 'pimberly') THEN getvariable('home_country') ELSE market END AS market) FROM price
    ) AS p
    JOIN item_match AS m ON m.system = p.system AND m.sku = p.sku
    JOIN item AS k ON k.system = 'khaos' AND k.sku = m.stock_code
    LEFT JOIN market AS w ON w.market = p.market
    WHERE p.kind = 'base' AND p.active
        -- Between a PIM that owns prices and Khaos it is PIM-02
        AND p.system NOT IN (SELECT system FROM ownership WHERE field = 'price')
),
priced AS (
    SELECT s.*, w.price, NULL::DECIMAL(28, 4) AS list_amount, NULL::BOOLEAN AS list_is_net,
        CASE WHEN s.market_currency IS NULL THEN s.vat_percent ELSE t.percent END AS percent,
        w.changed_at, w.snapshot AS owner_snapshot
    FROM shown AS s
    JOIN owner_price AS w ON w.stock_code = s.stock_code
    LEFT JOIN mapped_tax AS t ON t.market = s.market AND t.item_percent = s.vat_percent
    WHERE s.price_list IS NULL AND s.currency = 'GBP'
        AND (s.market_currency = 'GBP' OR s.market = getvariable('home_country'))
    UNION ALL
    SELECT s.*, NULL, l.amount, l.is_net, t.percent, NULL, l.snapshot
    FROM shown AS s
    JOIN khaos_list_price AS l ON l.price_list = s.price_list AND l.sku = s.stock_code AND l.currency = s.currency
        AND coalesce(l.quantity_from, 0) <= 1 AND coalesce(l.quantity_to >= 1, TRUE)
    LEFT JOIN mapped_tax AS t ON t.market = s.market AND t.item_percent = s.vat_percent
    WHERE s.currency = s.market_currency
    QUALIFY row_number() OVER (PARTITION BY s.system, s.source_key ORDER BY l.quantity_from DESC NULLS LAST, l.amount) = 1
)
SELECT 'khaos>' || system AS systems, system, sku, stock_code, source_key, market || '/' || currency AS scope, currency, amount, is_net,
    percent, price_list, changed_at, owner_snapshot, snapshot,
    CASE
        WHEN price_list IS NOT NULL THEN half_up((on_basis(list_amount, list_is_net, is_net, percent) * 10000)::HUGEINT, 100)
        WHEN is_net THEN half_up(price.num * 100, price.den)
        ELSE half_up(price.num * (1000000 + (percent * 10000)::HUGEINT), price.den * 10000)
    END::DECIMAL(26, 0) * 0.01 AS expected
FROM priced
WHERE is_net OR percent IS NOT NULL;
