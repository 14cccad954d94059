-- FIN-11 Credit note without refund. Which linked credit notes belong to an order for which the channel shows neither a refund
-- nor a return? Expected: inside the refund grace from the end of the day on which the note was made, London.
-- Not caught: orders cancelled on the channel (ORD-10: there a credit note is right).

-- name: population
SELECT o.to_khaos AS systems, n.credit_key AS record_key, '' AS scope, bool_or(o.refund <> 'none') AS holds
FROM linked_credit_note AS n
JOIN channel_order AS o USING (channel, reference)
WHERE o.status <> 'cancelled'
GROUP BY o.to_khaos, n.credit_key

-- name: exceptions
WITH unrefunded AS (
    SELECT n.credit_key, n.channel, min(n.reference) AS reference
    FROM linked_credit_note AS n
    JOIN channel_order AS o ON o.channel = n.channel AND o.reference = n.reference
    WHERE o.status <> 'cancelled'
    GROUP BY n.credit_key, n.channel
    HAVING bool_and(o.refund = 'none')
)
SELECT o.to_khaos AS systems, 'sales_orders' AS entity, n.credit_key AS record_key,
    o.reference AS counterpart_key,
    'refund or return' AS expected_value, 'none' AS actual_value,
    'credited in Khaos only' AS reason,
    pounds(in_pounds(n.gross, o.rate)) AS amount_gbp,
    end_of_london_day(n.created_on) AS observed_at, o.snapshot AS expected_snapshot, n.snapshot AS actual_snapshot,
    CASE WHEN end_of_london_day(n.created_on) > getvariable('as_of') - getvariable('refund_grace') THEN 'expected' ELSE 'open' END AS state,
    json_object('order', o.reference, 'gross', plain(n.gross), 'currency', n.currency) AS evidence,
    o.channel AS other, o.reference
FROM unrefunded AS u
JOIN linked_credit_note AS n ON n.credit_key = u.credit_key AND n.channel = u.channel AND n.reference = u.reference
JOIN channel_order AS o ON o.channel = u.channel AND o.reference = u.reference
