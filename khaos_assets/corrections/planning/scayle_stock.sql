-- What Khaos lets SCAYLE sell, to the variant's stock in its warehouse. `changed_at` is the night's instant: SCAYLE keeps
-- what is younger. Left out: several merchants' rows in one warehouse (which one is wrong?), orders on their way to Khaos
-- (their units are not free), and what no quantity puts right.
WITH level AS (
    SELECT coalesce(nullif(v.reference_key, ''), 'id:' || v.id) AS sku, s.warehouse_reference_key AS warehouse,
        any_value(v.id)::VARCHAR AS variant_id, any_value(s.merchant_reference_key) AS merchant,
        any_value(s.quantity) AS quantity, any_value(s.sellable_without_stock) AS without_stock,
        any_value(s.expected_availability_at) AS expected_at, count(*) AS rows
    FROM wire.scayle_stocks AS s
    JOIN wire.scayle_variants AS v ON v.id = s.variant_id
    GROUP BY ALL
)
SELECT c.case_key, 'scayle.stock' AS write, 20 AS rank,
    {'variant_id': l.variant_id, 'warehouse': l.warehouse, 'merchant': l.merchant,
     'changed_at': strftime(getvariable('as_of'), '%Y-%m-%dT%H:%M:%SZ'), 'sells_without_stock': l.without_stock::VARCHAR,
     'expected_at': strftime(l.expected_at, '%Y-%m-%dT%H:%M:%S.%fZ')} AS target,
    c.record_key AS record, 'stock' AS field, l.quantity::VARCHAR AS before, c.expected_value AS after,
    abs(c.expected_value::DECIMAL(28, 5) - l.quantity) AS units, NULL::DECIMAL(28, 4) AS floor, v.made_of,
    ['khaos/stock_items', 'khaos/stock_levels', 'scayle/stocks', 'scayle/variants'] AS rests_on,
    json_object('warehouse', c.scope, 'reason', c.reason, 'khaos', c.expected_snapshot, 'scayle', c.actual_snapshot) AS evidence,
    CASE
        WHEN l.rows > 1 THEN 'several merchants have stock there: which one is wrong is not known'
        WHEN l.quantity = c.expected_value::DECIMAL(28, 5) THEN 'it is sold without stock: no quantity puts that right'
        WHEN c.expected_value::DECIMAL(28, 5) <> trunc(c.expected_value::DECIMAL(28, 5)) THEN 'SCAYLE takes whole units only'
        WHEN coalesce(t.units, 0) > 0 THEN 'orders that Khaos has not heard of yet take ' || plain(t.units) || ' of it'
    END AS left_out
FROM open_case AS c
JOIN level AS l ON l.sku = c.record_key AND l.warehouse = c.scope
LEFT JOIN units_on_their_way AS t ON t.channel = 'scayle' AND t.sku = c.record_key
LEFT JOIN sellable_level AS v USING (case_key)
WHERE c.code IN ('STK-02', 'STK-03', 'STK-04', 'STK-05') AND c.systems = 'khaos>scayle'
