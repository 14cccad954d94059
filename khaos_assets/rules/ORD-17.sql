-- ORD-17 Sent in Khaos, not dispatched. Khaos shows units sent from a site that WAIR fulfils, and WAIR has no dispatch of the order.
-- Not caught: telephone orders (WAIR knows orders by their reference); pack parents and non-stock codes; an order whose
-- dispatch was set aside tonight. Expected: inside the dispatch grace from the end of SHIP_DATE in London.

-- name: population
SELECT 'khaos>wair' AS systems, record_key, '' AS scope,
    reference IN (SELECT reference FROM dispatched_reference) OR reference IN (SELECT reference FROM reference_set_aside) AS holds
FROM order_comparison
WHERE sent > 0 AND order_site IN (SELECT site FROM map_location)
GROUP BY reference, record_key

-- name: exceptions
WITH unseen AS (
    SELECT c.*
    FROM order_comparison AS c
    ANTI JOIN dispatched_reference AS d USING (reference)
    ANTI JOIN reference_set_aside AS q USING (reference)
    SEMI JOIN map_location AS m ON m.site = c.order_site
    WHERE c.sent > 0
)
SELECT 'khaos>wair' AS systems, 'sales_orders' AS entity, u.record_key,
    array_to_string(any_value(r.order_keys), '+') AS counterpart_key,
    plain(sum(u.sent)) AS expected_value, '0' AS actual_value,
    'no dispatch in WAIR' AS reason,
    sum(u.sent) AS units,
    pounds(fraction_sum(list(times_units(u.unit_value, u.sent)))) AS amount_gbp,
    max(end_of_london_day(u.shipped_on)) AS observed_at,
    any_value(u.order_snapshot) AS expected_snapshot,
    CASE WHEN max(end_of_london_day(u.shipped_on)) > getvariable('as_of') - getvariable('dispatch_grace') THEN 'expected' ELSE 'open' END AS state,
    json_object('lines', list({'sku': u.sku, 'sent': plain(u.sent)} ORDER BY u.sku), 'site', any_value(u.order_site)) AS evidence,
    'wair' AS other, u.reference
FROM unseen AS u
JOIN order_by_reference AS r USING (reference)
GROUP BY u.reference, u.record_key
