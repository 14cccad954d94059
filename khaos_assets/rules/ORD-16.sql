-- ORD-16 Dispatch without order. A WAIR dispatch whose reference Khaos does not know when asked by name, nor any channel;
-- or the same parcel under two ids (reason twice: the later by dispatchedAt, then id).
-- Not caught: voided dispatches; a pair without a tracking number.

-- name: population
SELECT 'khaos>wair' AS systems, d.source_key AS record_key, '' AS scope,
    (coalesce(a.found, TRUE) OR d.full_reference IN (SELECT khaos_reference FROM channel_order)) AND t.dispatch_key IS NULL AS holds
FROM dispatch AS d
LEFT JOIN order_asked AS a ON a.system = 'khaos' AND a.full_reference = d.full_reference
LEFT JOIN dispatch_twin AS t ON t.system = d.system AND t.dispatch_key = d.source_key
WHERE d.system = 'wair' AND NOT d.voided

-- name: exceptions
WITH orphans AS (
    SELECT d.*, t.original_key
    FROM dispatch AS d
    LEFT JOIN dispatch_twin AS t ON t.system = d.system AND t.dispatch_key = d.source_key
    WHERE d.system = 'wair' AND NOT d.voided
        AND (t.dispatch_key IS NOT NULL
             OR (d.full_reference IN (SELECT full_reference FROM order_asked WHERE system = 'khaos' AND NOT found)
                 AND d.full_reference NOT IN (SELECT khaos_reference FROM channel_order)))
),
lines AS (
    SELECT o.source_key, l.sku, l.units, times_units(c.cost, l.units) AS value
    FROM orphans AS o
    JOIN dispatch_line AS l ON l.system = 'wair' AND l.dispatch_key = o.source_key
    LEFT JOIN sku_meaning AS m ON m.system = 'wair' AND m.sku = l.sku
    LEFT JOIN item_cost AS c ON c.sku = coalesce(m.stock_code, l.sku)
)
SELECT 'khaos>wair' AS systems, 'dispatches' AS entity, o.source_key AS record_key,
    coalesce(o.original_key, o.full_reference) AS counterpart_key,
    CASE WHEN o.original_key IS NULL THEN 'an order ' || o.full_reference ELSE 'one parcel' END AS expected_value,
    CASE WHEN o.original_key IS NULL THEN 'unknown to Khaos' ELSE 'also ' || o.original_key END AS actual_value,
    CASE WHEN o.original_key IS NULL THEN 'no order' ELSE 'twice' END AS reason,
    sum(l.units) AS units,
    pounds(fraction_sum(list(l.value))) AS amount_gbp,
    o.dispatched_at AS observed_at, o.snapshot AS actual_snapshot,
    json_object('lines', list({'sku': l.sku, 'units': plain(l.units)} ORDER BY l.sku), 'location', o.place, 'tracking', o.tracking) AS evidence,
    'wair' AS other, o.full_reference AS reference
FROM orphans AS o
JOIN lines AS l ON l.source_key = o.source_key
GROUP BY o.source_key, o.original_key, o.full_reference, o.dispatched_at, o.snapshot, o.place, o.tracking
