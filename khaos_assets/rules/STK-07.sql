-- STK-07 Stock update late. Does Khaos still show exactly the figure on which both last agreed, though WAIR changed since,
-- longer ago than the latency target? Expected: as STK-01.

-- name: population
SELECT 'wair>khaos' AS systems, s.wair_sku AS record_key, s.site AS scope,
    NOT (s.difference <> 0 AND s.physical = a.figure AND s.changed_at > a.agreed_as_of
         AND s.changed_at <= getvariable('as_of') - getvariable('latency_target')) AS holds
FROM stock_comparison AS s
JOIN history_stock_agreed AS a ON a.sku = s.wair_sku AND a.site = s.site
WHERE s.untested IS NULL

-- name: exceptions
SELECT 'wair>khaos' AS systems, 'stock' AS entity, s.wair_sku AS record_key, s.site AS scope, 'physical' AS field,
    plain(s.on_hand) AS expected_value, plain(s.physical) AS actual_value,
    CASE WHEN s.difference = s.in_transit THEN 'in transit: ' || s.transfers ELSE 'Khaos shows the figure of ' || a.agreed_on END AS reason,
    s.difference AS units,
    pounds(times_units(s.cost, abs(s.difference))) AS amount_gbp,
    s.changed_at AS observed_at, s.wair_snapshot AS expected_snapshot, s.khaos_snapshot AS actual_snapshot,
    CASE WHEN s.difference = s.in_transit THEN 'expected' ELSE 'open' END AS state,
    json_object('last_agreed', plain(a.figure), 'agreed_on', a.agreed_on, 'wair_on_hand', plain(s.on_hand),
        'khaos_available', plain(s.khaos_available), 'khaos_allocated', plain(s.khaos_allocated)) AS evidence,
    'wair' AS other, s.sku, s.wair_sku AS other_sku, s.site, s.difference, s.in_transit
FROM stock_difference AS s
JOIN history_stock_agreed AS a ON a.sku = s.wair_sku AND a.site = s.site AND a.figure = s.physical
WHERE s.physical <> s.on_hand
    AND s.changed_at > a.agreed_as_of
    AND s.changed_at <= getvariable('as_of') - getvariable('latency_target')
