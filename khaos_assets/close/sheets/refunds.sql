-- Refunds: what the channels gave back in the period, beside the credit notes that Khaos has for the same orders by its end;
-- and credit notes of the period for orders of which no channel shows a refund. Gross, in pounds.

-- name: rows
WITH credited AS (
    SELECT n.channel, n.reference, string_agg(n.credit_key, '+' ORDER BY n.credit_key) AS credit_notes,
        sum(pounds(in_pounds(n.gross, o.rate))) AS gbp,
        bool_or(n.created_on >= getvariable('period_first')) AS in_period, max(n.created_on) AS credited_on
    FROM linked_credit_note AS n
    JOIN channel_order AS o USING (channel, reference)
    WHERE n.created_on <= getvariable('period_last')
    GROUP BY ALL
)
SELECT o.channel, o.reference, o.khaos_key AS orders, n.credit_notes,
    CASE WHEN o.refund = 'none' THEN 'credited, no refund' WHEN n.credit_notes IS NULL THEN 'refunded, no credit note'
         WHEN o.refunded_gross IS NULL THEN 'refund cannot be itemised'
         WHEN n.gbp = pounds(in_pounds(o.refunded_gross, o.rate)) THEN 'agree' ELSE 'differ' END AS why,
    london_date(o.refunded_at) AS refunded_on, n.credited_on,
    CASE WHEN o.refund <> 'none' THEN pounds(in_pounds(o.refunded_gross, o.rate)) END AS refunded_gbp, n.gbp AS credited_gbp,
    coalesce(n.gbp, 0) - CASE WHEN o.refund = 'none' THEN 0 ELSE pounds(in_pounds(o.refunded_gross, o.rate)) END AS difference_gbp,
    c.codes
FROM channel_order AS o
LEFT JOIN credited AS n ON n.channel = o.channel AND n.reference = o.reference
LEFT JOIN order_codes AS c ON c.record_key = o.reference
WHERE (o.refund <> 'none' AND o.refunded_at >= getvariable('period_opens') AND o.refunded_at < getvariable('cut_off'))
    OR (o.refund = 'none' AND n.in_period)
ORDER BY abs(difference_gbp) DESC NULLS LAST, channel, reference

-- name: totals
WITH given AS (
    SELECT channel, reference, pounds(in_pounds(refunded_gross, rate)) AS refunded, TRUE AS known
    FROM channel_order
    WHERE refund <> 'none' AND refunded_at >= getvariable('period_opens') AND refunded_at < getvariable('cut_off')
),
notes AS (
    SELECT n.channel, n.reference, o.refund, pounds(in_pounds(n.gross, o.rate)) AS gbp, n.created_on
    FROM linked_credit_note AS n JOIN channel_order AS o USING (channel, reference)
    WHERE n.created_on <= getvariable('period_last')
),
mine AS (
    FROM notes SEMI JOIN given USING (channel, reference)
    UNION ALL
    FROM notes WHERE refund = 'none'
        AND (channel, reference) IN (SELECT (channel, reference) FROM notes WHERE created_on >= getvariable('period_first'))
)
SELECT (SELECT sum(refunded) FROM given) AS refunded_gbp, (SELECT sum(gbp) FROM mine) AS credited_gbp,
    coalesce((SELECT sum(m.gbp) FROM mine AS m LEFT JOIN given AS g USING (channel, reference) WHERE g.known IS NULL OR g.refunded IS NOT NULL), 0)
        - coalesce((SELECT sum(refunded) FROM given), 0) AS difference_gbp
