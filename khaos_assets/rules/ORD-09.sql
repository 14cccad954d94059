-- ORD-09 Cancellation not applied. Cancelled on the channel, still open in Khaos, and nothing stands in the way of cancelling it
-- there: not picking or later, nothing sent, nothing dispatched. Expected: inside the order grace from the cancellation.

-- name: population
SELECT to_khaos AS systems, reference AS record_key, '' AS scope,
    NOT (khaos_open AND NOT khaos_picking AND khaos_sent = 0 AND dispatch_keys IS NULL) AS holds
FROM channel_order
WHERE status = 'cancelled' AND khaos_key IS NOT NULL

-- name: exceptions
SELECT to_khaos AS systems, 'sales_orders' AS entity, reference AS record_key,
    khaos_key AS counterpart_key, 'cancelled' AS expected_value, 'open' AS actual_value,
    'nothing picked, sent or dispatched' AS reason,
    pounds(net_gbp) AS amount_gbp,
    cancelled_at AS observed_at, snapshot AS expected_snapshot, khaos_snapshot AS actual_snapshot,
    CASE WHEN cancelled_at > getvariable('as_of') - getvariable('order_grace') THEN 'expected' ELSE 'open' END AS state,
    json_object('market', market, 'currency', currency, 'net', total_net::VARCHAR) AS evidence,
    channel AS other, reference
FROM channel_order
WHERE status = 'cancelled' AND khaos_open AND NOT khaos_picking AND khaos_sent = 0 AND dispatch_keys IS NULL
