-- The live flag of what Khaos does not know yet is taken off in Plytix (PIM-08).
SELECT c.case_key, 'plytix.flag' AS write, 30 AS rank,
    {'id': p.id, 'label': getvariable('plytix_live_attribute')} AS target,
    c.record_key AS record, 'live' AS field, 'true' AS before, 'false' AS after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/stock_items', 'plytix/products'] AS rests_on, json_object('plytix', c.actual_snapshot) AS evidence,
    CASE WHEN count(*) OVER (PARTITION BY p.sku) > 1 THEN 'Plytix has the SKU several times' END AS left_out
FROM open_case AS c
JOIN wire.plytix_products AS p ON p.sku = c.record_key
WHERE c.code = 'PIM-08' AND c.systems = 'khaos>plytix'
