-- PIM-07 Archived but active. What a PIM has archived or deleted, and Khaos has not discontinued; units: what is left in stock.
-- Deleted: gone from a complete list of a feed view, and unknown when asked for by itself.
-- Not caught: gone from a channel view only. Expected: inside the attribute lag (of a deletion, since the night it was missed).

-- name: population
SELECT systems, sku AS record_key, '' AS scope, discontinued AS holds
FROM withdrawn_item

-- name: exceptions
WITH aged AS (
    SELECT w.*,
        CASE WHEN w.changed_at IS NULL AND t.code IS NULL AND w.reason = 'archived' THEN 'epoch'::TIMESTAMPTZ
             ELSE least(w.changed_at, coalesce(b.first_seen, getvariable('as_of'))) END AS since
    FROM withdrawn_item AS w
    LEFT JOIN tested_before AS t ON t.code = 'PIM-07' AND t.systems = w.systems
    LEFT JOIN case_before AS b ON b.code = 'PIM-07' AND b.systems = w.systems AND b.record_key = w.sku
    WHERE NOT w.discontinued
)
SELECT a.systems, 'products' AS entity, a.sku AS record_key, 'active' AS field,
    'discontinued' AS expected_value, 'active' AS actual_value, a.reason || ' in the PIM' AS reason,
    p.units, pounds(times_units(c.cost, p.units)) AS amount_gbp,
    a.changed_at AS observed_at, a.snapshot AS expected_snapshot, a.khaos_snapshot AS actual_snapshot,
    CASE WHEN a.since > getvariable('as_of') - getvariable('attribute_lag') THEN 'expected' ELSE 'open' END AS state,
    json_object('how', a.reason) AS evidence,
    a.pim AS other, a.sku, a.sku AS other_sku
FROM aged AS a
LEFT JOIN physical_total AS p ON p.sku = a.sku
LEFT JOIN item_cost AS c ON c.sku = a.sku
