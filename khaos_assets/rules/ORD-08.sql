-- ORD-08 Tracking differs. Both sides have tracking numbers of an order and the expected one is not among the other's, or it
-- stands there under another carrier. One exception per expected number. On a channel WAIR's numbers are expected where WAIR
-- has any for the order, else Khaos's.
-- Not caught: an order without any number on one side (ORD-06, ORD-07); carriers without a mapping (MAP-01).

-- name: population
SELECT systems, record_key, tracking AS scope, found AND NOT other_carrier AS holds
FROM tracking_comparison

-- name: exceptions
SELECT systems, entity, record_key, tracking AS scope,
    CASE WHEN found THEN 'carrier' ELSE 'tracking' END AS field,
    CASE WHEN found THEN courier ELSE tracking END AS expected_value,
    CASE WHEN found THEN array_to_string(other_couriers, '+') ELSE array_to_string(other_numbers, '+') END AS actual_value,
    CASE WHEN found THEN 'the same number under another carrier' ELSE 'not among the numbers of the other side' END AS reason,
    expected_snapshot, actual_snapshot,
    json_object('expected', numbers, 'found', other_numbers) AS evidence,
    other, reference
FROM tracking_comparison
WHERE NOT found OR other_carrier
