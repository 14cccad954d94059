-- ORD-08 Tracking differs. Both sides have tracking numbers of an order and the expected one is not among the other's, or it
-- stands there under another carrier. One exception per expected number. On a channel WAIR's numbers are expected where WAIR
-- has any for the order, else Khaos's.
-- Not caught: an order without any number on one side (ORD-06, ORD-07); carriers without a mapping (MAP-01).

-- name: population
SELECT systems, record_key, tracking AS scope, found AND NOT other_carrier AS holds
FROM tracking_comparison

-- name: exceptions
WITH differing AS (FROM tracking_comparison WHERE NOT found OR other_carrier),
expected AS (
    SELECT systems, reference, list(DISTINCT tracking ORDER BY tracking) AS numbers
    FROM owner_tracking SEMI JOIN differing USING (systems, reference)
    GROUP BY ALL
),
other_side AS (
    SELECT x.systems, x.reference, list(DISTINCT x.tracking ORDER BY x.tracking) AS numbers
    FROM other_tracking AS x SEMI JOIN differing USING (systems, reference)
    GROUP BY ALL
),
carriers AS (
    SELECT systems, reference, tracking, string_agg(DISTINCT courier, '+' ORDER BY courier) AS couriers
    FROM other_tracking SEMI JOIN differing USING (systems, reference, tracking)
    GROUP BY ALL
)
SELECT d.systems, d.entity, d.record_key, d.tracking AS scope,
    CASE WHEN d.found THEN 'carrier' ELSE 'tracking' END AS field,
    CASE WHEN d.found THEN d.courier ELSE d.tracking END AS expected_value,
    CASE WHEN d.found THEN c.couriers ELSE array_to_string(o.numbers, '+') END AS actual_value,
    CASE WHEN d.found THEN 'the same number under another carrier' ELSE 'not among the numbers of the other side' END AS reason,
    d.expected_snapshot, d.actual_snapshot,
    json_object('expected', e.numbers, 'found', o.numbers) AS evidence,
    d.other, d.reference
FROM differing AS d
JOIN expected AS e USING (systems, reference)
JOIN other_side AS o USING (systems, reference)
LEFT JOIN carriers AS c USING (systems, reference, tracking)
