-- What Khaos has discontinued is no longer shown in OroCommerce (PIM-09).
SELECT c.case_key, 'orocommerce.product_status' AS write, 15 AS rank, {'id': p.id} AS target,
    c.record_key AS record, 'status' AS field, p.status AS before, 'disabled' AS after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/stock_items', 'khaos/stock_levels', 'orocommerce/inventory_levels', 'orocommerce/products'] AS rests_on,
    json_object('khaos', c.expected_snapshot, 'orocommerce', c.actual_snapshot) AS evidence,
    CASE WHEN count(*) OVER (PARTITION BY p.sku) > 1 THEN 'OroCommerce has the SKU several times' END AS left_out
FROM open_case AS c
JOIN wire.orocommerce_products AS p ON p.sku = c.record_key
WHERE c.code = 'PIM-09' AND c.systems = 'khaos>orocommerce'
