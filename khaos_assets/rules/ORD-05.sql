-- ORD-05 Open but dispatched. WAIR has dispatched more of an open Khaos order than Khaos shows sent: revenue not recognised.
-- Counted per SKU up to what was ordered. Not caught: the same part sent on both sides, voided parcels, twins (ORD-16),
-- pack parents and non-stock codes. Expected: dispatched inside the dispatch grace.

-- name: population
SELECT 'wair>khaos' AS systems, record_key, '' AS scope,
    NOT bool_or(is_open AND least(dispatched, ordered) > sent) AS holds
FROM order_comparison
WHERE reference IN (SELECT reference FROM dispatched_reference)
GROUP BY reference, record_key

-- name: exceptions
WITH unsent AS (
    SELECT *,
        least(dispatched, ordered) - sent AS units_all,
        greatest(least(dispatched_past_grace, ordered) - sent, 0) AS units_late
    FROM order_comparison
    WHERE is_open AND least(dispatched, ordered) > sent
),
orders AS (
    SELECT reference, sum(units_late) > 0 AS late FROM unsent GROUP BY reference
),
counted AS (
    SELECT u.*, o.late, CASE WHEN o.late THEN units_late ELSE units_all END AS units
    FROM unsent AS u JOIN orders AS o USING (reference)
),
whole AS (
    SELECT reference, bool_and(dispatched >= ordered) AS full_order, sum(ordered) AS ordered, sum(sent) AS sent
    FROM order_comparison GROUP BY reference
)
SELECT 'wair>khaos' AS systems, 'sales_orders' AS entity, c.record_key,
    CASE WHEN any_value(w.full_order) THEN 'full' ELSE 'part' END AS field,
    array_to_string(r.order_keys, '+') AS counterpart_key,
    plain(sum(c.units + c.sent)) AS expected_value, plain(sum(c.sent)) AS actual_value,
    CASE WHEN c.late THEN 'dispatched in WAIR, open in Khaos' ELSE 'dispatched inside the grace' END AS reason,
    sum(c.units) AS units,
    pounds(fraction_sum(list(times_units(c.unit_value, c.units)))) AS amount_gbp,
    min(c.first_at) AS observed_at, any_value(c.dispatch_snapshot) AS expected_snapshot, any_value(c.order_snapshot) AS actual_snapshot,
    CASE WHEN c.late THEN 'open' ELSE 'expected' END AS state,
    json_object('lines', list({'sku': c.sku, 'ordered': plain(c.ordered), 'dispatched': plain(c.dispatched), 'sent': plain(c.sent)} ORDER BY c.sku),
        'dispatches', list_sort(list_distinct(flatten(list(c.dispatch_keys))))) AS evidence,
    'wair' AS other, c.reference AS reference
FROM counted AS c
JOIN whole AS w USING (reference)
JOIN order_by_reference AS r USING (reference)
WHERE c.units > 0
GROUP BY c.reference, c.record_key, c.late, r.order_keys
