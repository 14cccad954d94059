-- WAIR's stock to Khaos (STK-01), where WAIR is the master of stock. Left out: while units are assigned, since it is not known whether
-- the level that is imported is what is there or what is free (without any, they are the same); several SKUs of WAIR for one code.
SELECT c.case_key, 'khaos.stock_level' AS write, 15 AS rank, {'code': s.sku, 'site': c.scope, 'site_id': w.site_id::VARCHAR} AS target,
    s.sku AS record, 'stock' AS field, plain(s.khaos_available) AS before, plain(s.on_hand) AS after,
    abs(c.units) AS units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/order_lines', 'khaos/sites', 'khaos/stock_items', 'khaos/stock_levels', 'wair/stock', 'wair/transfers'] AS rests_on,
    json_object('wair', c.expected_snapshot, 'khaos', c.actual_snapshot) AS evidence,
    CASE
        WHEN 'wair' NOT IN (SELECT system FROM ownership WHERE field = 'stock') THEN 'WAIR is not the master of stock (ownership.stock)'
        WHEN coalesce(s.khaos_allocated, 1) <> 0 THEN 'units are assigned to orders: what an imported level then means is not known'
        WHEN s.on_hand < 0 OR s.on_hand <> trunc(s.on_hand) THEN 'WAIR''s figure is no number of units'
        WHEN count(*) OVER (PARTITION BY s.sku, c.scope) > 1 THEN 'several SKUs of WAIR mean this code'
    END AS left_out
FROM open_case AS c
JOIN stock_difference AS s ON s.wair_sku = c.record_key AND s.site = c.scope
JOIN wire.khaos_sites AS w ON w.site_name = c.scope
WHERE c.code = 'STK-01'
