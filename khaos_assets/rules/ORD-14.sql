-- ORD-14 Non-commercial record leaked. Does a WAIR dispatch belong to a Khaos order of a test or internal company class?
-- The population is the orders that WAIR has dispatched and whose account Khaos could be read for.

-- name: population
SELECT 'khaos>wair' AS systems, o.record_key, '' AS scope, o.commercial AS holds
FROM order_by_reference AS o
WHERE o.reference IN (SELECT reference FROM dispatched_reference)

-- name: exceptions
WITH leaked AS (
    SELECT d.reference, o.record_key, d.sku, d.units, d.dispatch_keys, d.first_at, d.snapshot AS dispatch_snapshot, o.order_keys, o.company_class,
        o.snapshot AS order_snapshot, s.unit_value, s.outside, c.cost
    FROM dispatched AS d
    JOIN order_by_reference AS o USING (reference)
    LEFT JOIN order_sku AS s ON s.reference = d.reference AND s.sku = d.sku
    LEFT JOIN item_cost AS c ON c.sku = d.sku
    WHERE NOT o.commercial
)
SELECT 'khaos>wair' AS systems, 'dispatches' AS entity, record_key,
    array_to_string(any_value(order_keys), '+') AS counterpart_key,
    'not dispatched' AS expected_value, 'class ' || any_value(company_class) AS actual_value,
    'company class ' || any_value(company_class) || ' is not commercial' AS reason,
    sum(units) AS units,
    pounds(fraction_sum(list(times_units(unit_value, units)))) AS amount_gbp,
    min(first_at) AS observed_at, any_value(order_snapshot) AS expected_snapshot, any_value(dispatch_snapshot) AS actual_snapshot,
    json_object('dispatches', list_sort(list_distinct(flatten(list(dispatch_keys))))) AS evidence,
    'wair' AS other, reference
FROM leaked
GROUP BY reference, record_key
