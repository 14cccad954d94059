-- STK-08 Allocation differs. On hand agrees, but what is free to sell does not; or WAIR's own three figures do not add up.
-- Expected: changed in WAIR inside the stock grace.

-- name: population
SELECT 'khaos>wair' AS systems, wair_sku AS record_key, scope,
    NOT ((difference = 0 AND wair_available <> khaos_available) OR on_hand - wair_allocated <> wair_available) AS holds
FROM stock_comparison JOIN site_scope USING (site)
WHERE untested IS NULL

-- name: exceptions
WITH compared AS (
    SELECT *,
        physical = on_hand AND wair_available <> khaos_available AS differs,
        wair_available <> on_hand - wair_allocated AS inconsistent
    FROM stock_difference
)
SELECT 'khaos>wair' AS systems, 'stock' AS entity, wair_sku AS record_key, scope, 'allocated' AS field,
    plain(CASE WHEN differs THEN khaos_available ELSE on_hand - wair_allocated END) AS expected_value,
    plain(wair_available) AS actual_value,
    CASE WHEN inconsistent THEN 'wair_inconsistent' ELSE 'differs' END AS reason,
    CASE WHEN differs THEN wair_available - khaos_available ELSE wair_available - (on_hand - wair_allocated) END AS units,
    pounds(times_units(price, abs(
        CASE WHEN differs THEN wair_available - khaos_available ELSE wair_available - (on_hand - wair_allocated) END))) AS amount_gbp,
    changed_at AS observed_at, khaos_snapshot AS expected_snapshot, wair_snapshot AS actual_snapshot,
    CASE WHEN within_grace THEN 'expected' ELSE 'open' END AS state,
    json_object('wair_on_hand', plain(on_hand), 'wair_allocated', plain(wair_allocated), 'wair_available', plain(wair_available),
        'khaos_available', plain(khaos_available), 'khaos_allocated', plain(khaos_allocated)) AS evidence,
    'wair' AS other, sku, wair_sku AS other_sku, site
FROM compared
WHERE differs OR inconsistent
