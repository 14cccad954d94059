-- Late: records that speak of the period and were written or changed after its end. They are in the other sheets as they stand now.

-- name: rows
SELECT * FROM (
    SELECT 'dispatch' AS what, system, source_key AS record, full_reference AS reference, dispatched_at AS happened_at, changed_at
    FROM dispatch
    WHERE NOT voided AND dispatched_at >= getvariable('period_opens') AND dispatched_at < getvariable('cut_off') AND changed_at >= getvariable('cut_off')
    UNION ALL
    SELECT 'order', channel, order_key, reference, confirmed_at, changed_at
    FROM channel_order
    WHERE confirmed_at >= getvariable('period_opens') AND confirmed_at < getvariable('cut_off') AND changed_at >= getvariable('cut_off')
    UNION ALL
    SELECT 'refund', channel, order_key, reference, refunded_at, changed_at
    FROM channel_order
    WHERE refund <> 'none' AND refunded_at >= getvariable('period_opens') AND refunded_at < getvariable('cut_off') AND changed_at >= getvariable('cut_off')
)
ORDER BY what, system, record
