-- ORD-15 Dispatched quantity differs. Khaos says more was sent than WAIR dispatched, or WAIR dispatched more than was ordered.
-- Not caught: an order of which WAIR has no dispatch at all (ORD-17), or of which a record was set aside tonight; twins (ORD-16); pack parents and non-stock codes.
-- Expected: inside the dispatch grace, by the later of dispatchedAt and the end of SHIP_DATE in London.

-- name: population
SELECT 'wair>khaos' AS systems, record_key, '' AS scope, NOT bool_or(sent > dispatched OR dispatched > ordered) AS holds
FROM order_comparison
WHERE reference IN (SELECT reference FROM dispatched_reference)
    AND reference NOT IN (SELECT reference FROM reference_set_aside)
GROUP BY reference, record_key

-- name: exceptions
WITH last_event AS (
    SELECT reference,
        greatest(max(last_at), max(end_of_london_day(shipped_on)) FILTER (end_of_london_day(shipped_on) IS NOT NULL)) AS at
    FROM order_comparison
    GROUP BY reference
),
differing AS (
    SELECT *, CASE WHEN dispatched > ordered THEN dispatched - ordered ELSE sent - dispatched END AS units
    FROM order_comparison
    WHERE (dispatched > ordered OR sent > dispatched)
        AND reference IN (SELECT reference FROM dispatched_reference)
        AND reference NOT IN (SELECT reference FROM reference_set_aside)
)
SELECT 'wair>khaos' AS systems, 'sales_orders' AS entity, d.record_key,
    string_agg(d.sku, '+' ORDER BY d.sku) AS field,
    array_to_string(any_value(r.order_keys), '+') AS counterpart_key,
    plain(sum(d.dispatched)) AS expected_value, plain(sum(d.sent)) AS actual_value,
    string_agg(DISTINCT CASE WHEN d.dispatched > d.ordered THEN 'dispatched more than ordered' ELSE 'sent more than dispatched' END, '; ') AS reason,
    sum(d.units) AS units,
    pounds(fraction_sum(list(times_units(CASE WHEN d.ordered > 0 THEN d.unit_value ELSE d.cost END, d.units)))) AS amount_gbp,
    min(d.first_at) AS observed_at, min(d.dispatch_snapshot) AS expected_snapshot, min(d.order_snapshot) AS actual_snapshot,
    CASE WHEN any_value(e.at) > getvariable('as_of') - getvariable('dispatch_grace') THEN 'expected' ELSE 'open' END AS state,
    json_object('lines', list({'sku': d.sku, 'ordered': plain(d.ordered), 'dispatched': plain(d.dispatched), 'sent': plain(d.sent)} ORDER BY d.sku)) AS evidence,
    'wair' AS other, d.reference
FROM differing AS d
JOIN last_event AS e USING (reference)
JOIN order_by_reference AS r USING (reference)
GROUP BY d.reference, d.record_key
