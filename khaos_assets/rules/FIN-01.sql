-- FIN-01 Tax differs. Is the VAT of an order's items, and that of its delivery, the same in Khaos as on the channel?
-- Not caught: two figures that the legal ways of rounding give from the same lines. The amount leaves out what is legal.

-- name: population
SELECT systems, reference AS record_key, '' AS scope, items_vat_off = 0 AND delivery_vat_off = 0 AS holds
FROM order_money_difference
WHERE items_vat_off IS NOT NULL AND delivery_vat_off IS NOT NULL

-- name: exceptions
WITH compared AS (
    SELECT *,
        khaos_items_vat <> items_vat AND NOT list_has_all(legal_items_vat, [items_vat, khaos_items_vat]) AS items,
        khaos_delivery_vat <> delivery_vat AND NOT list_has_all(legal_delivery_vat, [delivery_vat, khaos_delivery_vat]) AS delivery
    FROM order_money
    WHERE khaos_items_vat IS NOT NULL AND items_vat IS NOT NULL AND khaos_delivery_vat IS NOT NULL
)
SELECT systems, 'sales_orders' AS entity, reference AS record_key,
    concat_ws('+', CASE WHEN delivery THEN 'delivery_vat' END, CASE WHEN items THEN 'items_vat' END) AS field,
    khaos_key AS counterpart_key,
    concat_ws(', ', CASE WHEN items THEN 'items ' || plain(items_vat) END, CASE WHEN delivery THEN 'delivery ' || plain(delivery_vat) END) AS expected_value,
    concat_ws(', ', CASE WHEN items THEN 'items ' || plain(khaos_items_vat) END, CASE WHEN delivery THEN 'delivery ' || plain(khaos_delivery_vat) END) AS actual_value,
    'no legal way of rounding gives both' AS reason,
    pounds(in_pounds(CASE WHEN items THEN khaos_items_vat - items_vat ELSE 0 END
                     + CASE WHEN delivery THEN khaos_delivery_vat - delivery_vat ELSE 0 END, rate)) AS amount_gbp,
    changed_at AS observed_at, snapshot AS expected_snapshot, khaos_snapshot AS actual_snapshot,
    json_object('legal_items_vat', list_sort(list_transform(legal_items_vat, lambda v: plain(v))),
        'legal_delivery_vat', list_sort(list_transform(legal_delivery_vat, lambda v: plain(v))), 'currency', currency) AS evidence,
    channel AS other, reference
FROM compared
WHERE items OR delivery
