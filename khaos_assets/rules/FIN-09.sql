-- FIN-09 Credit note differs. Do the credit notes linked to an order come to what the channel refunded, gross? Beyond the
-- tolerance of a line each. Expected: inside the refund grace from the last return, else from the order's change.
-- Not caught: a full refund whose difference is the order's delivery; a refund that cannot be itemised.

-- name: population
SELECT systems, reference AS record_key, '' AS scope,
    abs(credited - refunded_gross) <= allowed OR coalesce(refund = 'full' AND credited - refunded_gross = delivery_gross, FALSE) AS holds
FROM refund_comparison

-- name: exceptions
SELECT systems, 'sales_orders' AS entity, reference AS record_key, 'gross' AS field,
    array_to_string(credit_keys, '+') AS counterpart_key,
    plain(refunded_gross) AS expected_value, plain(credited) AS actual_value,
    CASE WHEN credited > refunded_gross THEN 'credited more than refunded' ELSE 'credited less than refunded' END AS reason,
    pounds(in_pounds(credited - refunded_gross, rate)) AS amount_gbp,
    refunded_at AS observed_at, snapshot AS expected_snapshot, khaos_snapshot AS actual_snapshot,
    CASE WHEN refunded_at > getvariable('as_of') - getvariable('refund_grace') THEN 'expected' ELSE 'open' END AS state,
    json_object('refund', refund, 'credit_notes', credit_keys) AS evidence,
    channel AS other, reference
FROM refund_comparison
WHERE credited - refunded_gross NOT BETWEEN -allowed AND allowed
    AND NOT (refund = 'full' AND coalesce(credited - refunded_gross = delivery_gross, FALSE))
