-- STK-02 Wrong figure used. Did WAIR take Khaos's available figure for its stock on hand, ignoring what is allocated?
-- Not caught: nothing allocated (both figures are the same then). Expected: as STK-01.

-- name: population
SELECT 'khaos>wair' AS systems, wair_sku AS record_key, scope,
    NOT (khaos_allocated > 0 AND on_hand = khaos_available) AS holds
FROM stock_comparison JOIN site_scope USING (site)
WHERE untested IS NULL

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
WHERE on_hand <> physical
    AND on_hand = khaos_available
    AND khaos_allocated > 0
