-- FIN-07 Customer price differs. Is each price of an active OroCommerce list that of the mapped Khaos list, at the same quantity,
-- on one basis and in one unit? Valued by what customers of that list bought at that break in the month.
-- Not caught: lists and units without a mapping (MAP-01); goods that the Khaos list does not name; lists whose basis or currency
-- no account tells.

-- name: population
SELECT 'khaos>orocommerce' AS systems, sku AS record_key, scope, amount = expected AS holds
FROM list_price

-- name: exceptions
WITH off AS (SELECT *, amount - expected AS difference FROM list_price WHERE amount <> expected),
sold AS (
    SELECT p.sku, p.scope, sum_of_all(s.quantity * s.lines * s.rate) AS valued_units, sum(s.quantity * s.lines) AS units
    FROM off AS p
    JOIN sold_by_list AS s ON s.khaos_list = p.khaos_list AND s.sku = p.sku AND s.unit = p.unit AND s.currency = p.currency
        AND s.quantity >= p.quantity_from * p.base_units AND coalesce(s.quantity < p.next_from * p.base_units, TRUE)
    GROUP BY p.sku, p.scope
),
readable AS (
    SELECT count(*) = 3 AS readable FROM complete_read
    WHERE read IN ('orocommerce.orders', 'orocommerce.order_line_items', 'orocommerce.customers')
)
SELECT 'khaos>orocommerce' AS systems, 'price_lists' AS entity, p.sku AS record_key, p.scope, 'price' AS field,
    p.stock_code AS counterpart_key,
    plain(p.expected) AS expected_value, plain(p.amount) AS actual_value,
    p.khaos_list || ' from ' || coalesce(plain(p.khaos_from), '0') AS reason,
    CASE WHEN NOT r.readable THEN NULL WHEN s.units IS NULL THEN 0
         ELSE pounds(difference_in_pounds(p.difference, NOT p.is_net, p.percent, s.valued_units, p.base_units)) END AS amount_gbp,
    p.expected_snapshot, p.actual_snapshot,
    json_object('khaos_list', p.khaos_list, 'units_of_the_month', CASE WHEN r.readable THEN plain(coalesce(s.units, 0)) END,
        'basis', CASE WHEN p.is_net THEN 'net' ELSE 'gross' END) AS evidence,
    'orocommerce' AS other, p.stock_code AS sku, p.sku AS other_sku
FROM off AS p
CROSS JOIN readable AS r
LEFT JOIN sold AS s ON s.sku = p.sku AND s.scope = p.scope
