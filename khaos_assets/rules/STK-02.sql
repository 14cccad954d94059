-- STK-02 Wrong figure used. Did WAIR take Khaos's available figure for its stock on hand, ignoring what is allocated?
-- Not caught: nothing allocated (both figures are the same then). Expected: as STK-01.

-- name: population
SELECT 'khaos>wair' AS systems, wair_sku AS record_key, scope,
    NOT (khaos_allocated > 0 AND on_hand = khaos_available) AS holds
FROM stock_comparison JOIN site_scope USING (site)
WHERE untested IS NULL
UNION ALL
SELECT systems, other_sku, warehouse, NOT (figure IS NOT NULL AND NOT built AND quantity >= 0)
FROM channel_stock_judged

-- name: exceptions
SELECT 'khaos>wair' AS systems, 'stock' AS entity, wair_sku AS record_key, scope, 'available' AS field,
    plain(physical) AS expected_value, plain(on_hand) AS actual_value,
    CASE WHEN difference = in_transit THEN 'in transit: ' || transfers ELSE 'WAIR holds the available figure' END AS reason,
    on_hand - physical AS units,
    pounds(times_units(cost, abs(physical - on_hand))) AS amount_gbp,
    changed_at AS observed_at, khaos_snapshot AS expected_snapshot, wair_snapshot AS actual_snapshot,
    CASE WHEN difference = in_transit OR within_grace THEN 'expected' ELSE 'open' END AS state,
    json_object('khaos_available', plain(khaos_available), 'khaos_allocated', plain(khaos_allocated),
        'wair_on_hand', plain(on_hand)) AS evidence,
    'wair' AS other, sku, wair_sku AS other_sku, site, difference, in_transit
FROM stock_difference
WHERE on_hand = khaos_available AND khaos_allocated > 0
UNION ALL BY NAME
SELECT systems, 'stock' AS entity, other_sku AS record_key, warehouse AS scope, figure AS field,
    plain(sellable) AS expected_value, plain(quantity) AS actual_value,
    CASE figure WHEN 'physical' THEN 'allocations ignored' WHEN 'available' THEN 'buffer ignored' ELSE 'what is on order was added' END AS reason,
    off AS units, pounds(times_units(price, abs(off))) AS amount_gbp,
    changed_at AS observed_at, khaos_snapshot AS expected_snapshot, snapshot AS actual_snapshot,
    CASE WHEN within_grace THEN 'expected' ELSE 'open' END AS state,
    json_object('available', plain(available), 'physical', plain(physical), 'on_order', plain(on_order), 'buffer', plain(buffer)) AS evidence,
    channel AS other, sku, other_sku, warehouse AS site
FROM channel_stock_judged
WHERE figure IS NOT NULL AND NOT built AND quantity >= 0
