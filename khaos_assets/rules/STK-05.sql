-- STK-05 Stock withheld. A channel offers less than Khaos lets it sell, by more than the configured share and units.
-- Not caught: what is run to zero; a display limit; orders of the channel that Khaos has not heard of yet. Expected: SCAYLE
-- reserves silently for two days; elsewhere the stock grace.

-- name: population
SELECT systems, other_sku AS record_key, warehouse AS scope,
    NOT (-off > getvariable('withheld_units') AND -off * 100 > sellable * getvariable('withheld_percent')
         AND NOT run_to_zero AND NOT explained) AS holds
FROM channel_stock_judged

-- name: exceptions
SELECT systems, 'stock' AS entity, other_sku AS record_key, warehouse AS scope, 'sellable' AS field,
    plain(sellable) AS expected_value, plain(quantity) AS actual_value,
    'less than is sellable' AS reason,
    -off AS units, pounds(times_units(price, -off)) AS amount_gbp,
    changed_at AS observed_at, khaos_snapshot AS expected_snapshot, snapshot AS actual_snapshot,
    CASE
        WHEN channel = 'scayle' AND coalesce(changed_at > getvariable('as_of') - getvariable('reservation_grace'), FALSE) THEN 'expected'
        WHEN within_grace THEN 'expected'
        ELSE 'open'
    END AS state,
    json_object('available', plain(available), 'buffer', plain(buffer), 'on_their_way', plain(on_their_way)) AS evidence,
    channel AS other, sku, other_sku, warehouse AS site
FROM channel_stock_judged
WHERE -off > getvariable('withheld_units') AND -off * 100 > sellable * getvariable('withheld_percent')
    AND NOT run_to_zero AND NOT explained
