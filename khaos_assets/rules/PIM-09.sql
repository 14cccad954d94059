-- PIM-09 Discontinued but sellable. Khaos has the item discontinued, and the channel still offers it: live with a quantity, or
-- sold without stock. Not caught: what is run to zero while something is left; what hangs on an unknown figure.

-- name: population
SELECT systems, other_sku AS record_key, '' AS scope,
    NOT (discontinued AND (quantity > 0 OR sells_without_stock) AND NOT (run_to_zero AND left_over > 0)) AS holds
FROM offered_item
WHERE holds IS NOT NULL

-- name: exceptions
SELECT systems, 'items' AS entity, other_sku AS record_key, 'sellable' AS field,
    sku AS counterpart_key, 'not offered' AS expected_value,
    concat_ws(', ', plain(quantity), CASE WHEN sells_without_stock THEN 'sold without stock' END) AS actual_value,
    'discontinued in Khaos' AS reason,
    quantity AS units, pounds(times_units(price, quantity)) AS amount_gbp,
    changed_at AS observed_at, khaos_snapshot AS expected_snapshot, snapshot AS actual_snapshot,
    json_object('available', plain(left_over), 'run_to_zero', run_to_zero) AS evidence,
    channel AS other, sku, other_sku
FROM offered_item
WHERE discontinued AND (quantity > 0 OR sells_without_stock) AND NOT (run_to_zero AND left_over > 0)
