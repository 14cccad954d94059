-- ORD-12 Refund without credit note. SCAYLE shows items refunded or returned, and no Khaos credit note is linked to the order.
-- Expected: inside the refund grace from the last return.
-- Not caught: orders cancelled in Khaos, where there is nothing to credit.

-- name: population
SELECT o.to_khaos AS systems, o.reference AS record_key, '' AS scope,
    (o.channel, o.reference) IN (SELECT (channel, reference) FROM linked_credit_note) AS holds
FROM channel_order AS o
WHERE o.refund IN ('part', 'full') AND (o.khaos_key IS NULL OR o.khaos_lives)

-- name: exceptions
SELECT o.to_khaos AS systems, 'orders' AS entity, o.reference AS record_key,
    o.khaos_key AS counterpart_key,
    'a credit note' AS expected_value, 'none' AS actual_value,
    CASE o.refund WHEN 'full' THEN 'refunded' ELSE 'partly refunded' END AS reason,
    pounds(in_pounds(o.refunded_gross, o.rate)) AS amount_gbp,
    o.refunded_at AS observed_at, o.snapshot AS expected_snapshot, o.khaos_snapshot AS actual_snapshot,
    CASE WHEN o.refunded_at > getvariable('as_of') - getvariable('refund_grace') THEN 'expected' ELSE 'open' END AS state,
    json_object('refunded_gross', o.refunded_gross::VARCHAR, 'currency', o.currency) AS evidence,
    o.channel AS other, o.reference
FROM channel_order AS o
ANTI JOIN linked_credit_note AS n ON n.channel = o.channel AND n.reference = o.reference
WHERE o.refund IN ('part', 'full') AND (o.khaos_key IS NULL OR o.khaos_lives)
