-- What a PIM has archived is marked as discontinued in Khaos (PIM-07); never while stock or open orders remain, or may remain.
WITH ordered AS (
    SELECT DISTINCT l.sku
    FROM order_line AS l
    JOIN sales_order AS o ON o.system = 'khaos' AND o.source_key = l.order_key AND o.status = 'open'
    WHERE l.system = 'khaos' AND l.sku IS NOT NULL
)
SELECT c.case_key, 'khaos.discontinued' AS write, 50 AS rank, {'code': c.record_key} AS target,
    c.record_key AS record, 'discontinued' AS field, '0' AS before, '-1' AS after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/order_lines', 'khaos/sales_orders', 'khaos/stock_items', 'khaos/stock_levels', split_part(c.systems, '>', 1) || '/products'] AS rests_on,
    json_object('how', c.evidence::JSON ->> 'how', 'owner', c.expected_snapshot, 'khaos', c.actual_snapshot) AS evidence,
    CASE
        WHEN p.units IS NULL THEN 'what is left in stock is not known'
        WHEN p.units <> 0 THEN plain(p.units) || ' units are left in stock'
        WHEN o.sku IS NOT NULL THEN 'open orders ask for it'
    END AS left_out
FROM open_case AS c
LEFT JOIN physical_total AS p ON p.sku = c.record_key
LEFT JOIN ordered AS o ON o.sku = c.record_key
WHERE c.code = 'PIM-07'
