-- STK-04 Oversell risk. A channel offers more than Khaos lets it sell from the sites mapped to its warehouse, or sells without
-- stock while there is none. Expected: changed on the channel inside the stock grace (OroCommerce has no change time: no grace).
-- Not caught: what the wrong figure (STK-02), a double count (STK-03) or a negative quantity (STK-06) explains is suppressed.

-- name: population
SELECT systems, other_sku AS record_key, warehouse AS scope,
    NOT (off > getvariable('stock_tolerance') OR (sells_without_stock AND sellable <= 0)) AS holds
FROM channel_stock_judged

-- name: exceptions
SELECT systems, 'stock' AS entity, other_sku AS record_key, warehouse AS scope, 'sellable' AS field,
    plain(sellable) AS expected_value, plain(quantity) AS actual_value,
    CASE WHEN off > getvariable('stock_tolerance') THEN 'more than is sellable' ELSE 'sells_without_stock' END AS reason,
    off AS units, pounds(times_units(price, off)) AS amount_gbp,
    changed_at AS observed_at, khaos_snapshot AS expected_snapshot, snapshot AS actual_snapshot,
    CASE WHEN within_grace THEN 'expected' ELSE 'open' END AS state,
    json_object('available', plain(available), 'buffer', plain(buffer), 'sells_without_stock', sells_without_stock) AS evidence,
    channel AS other, sku, other_sku, warehouse AS site
FROM channel_stock_judged
WHERE off > getvariable('stock_tolerance') OR (sells_without_stock AND sellable <= 0)
