-- ORD-01 Order not in Khaos. A channel's confirmed order of which Khaos has no order, though every SKU on it is a stock code.
-- Not caught: orders before the channel's start or older than the import window; orders with an unknown SKU (ORD-02).
-- Expected: inside the order grace.

-- name: population
SELECT o.to_khaos AS systems, o.reference AS record_key, '' AS scope, o.khaos_key IS NOT NULL AS holds
FROM channel_order AS o
ANTI JOIN unknown_order_sku AS u ON u.channel = o.channel AND u.reference = o.reference
WHERE o.confirmed_at IS NOT NULL AND o.status <> 'cancelled' AND o.imported

-- name: exceptions
SELECT o.to_khaos AS systems, 'orders' AS entity, o.reference AS record_key,
    'an order ' || o.khaos_reference AS expected_value, 'unknown to Khaos' AS actual_value,
    'every SKU is known' AS reason,
    pounds(o.net_gbp) AS amount_gbp,
    o.confirmed_at AS observed_at, o.snapshot AS expected_snapshot,
    CASE WHEN o.confirmed_at > getvariable('as_of') - getvariable('order_grace') THEN 'expected' ELSE 'open' END AS state,
    json_object('market', o.market, 'currency', o.currency, 'net', o.total_net::VARCHAR) AS evidence,
    o.channel AS other, o.reference
FROM channel_order AS o
ANTI JOIN unknown_order_sku AS u ON u.channel = o.channel AND u.reference = o.reference
WHERE o.confirmed_at IS NOT NULL AND o.status <> 'cancelled' AND o.imported AND o.khaos_key IS NULL
