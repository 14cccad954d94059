-- ORD-02 Order blocked by SKU. As ORD-01, and a SKU on the order equals no stock code: that is why it cannot be imported.
-- Expected: inside the order grace.

-- name: population
SELECT o.to_khaos AS systems, o.reference AS record_key, '' AS scope, o.khaos_key IS NOT NULL AS holds
FROM channel_order AS o
JOIN unknown_order_sku AS u USING (channel, reference)
WHERE o.confirmed_at IS NOT NULL AND o.status <> 'cancelled' AND o.imported

-- name: exceptions
SELECT o.to_khaos AS systems, 'orders' AS entity, o.reference AS record_key,
    array_to_string(u.skus, '+') AS field,
    'stock codes' AS expected_value, array_to_string(u.skus, '+') AS actual_value,
    CASE len(u.skus) WHEN 1 THEN 'a SKU' ELSE len(u.skus) || ' SKUs' END || ' that Khaos does not know' AS reason,
    pounds(o.net_gbp) AS amount_gbp,
    o.confirmed_at AS observed_at, o.snapshot AS expected_snapshot,
    CASE WHEN o.confirmed_at > getvariable('as_of') - getvariable('order_grace') THEN 'expected' ELSE 'open' END AS state,
    json_object('skus', u.skus, 'market', o.market, 'currency', o.currency, 'net', o.total_net::VARCHAR) AS evidence,
    o.channel AS other, o.reference
FROM channel_order AS o
JOIN unknown_order_sku AS u USING (channel, reference)
WHERE o.confirmed_at IS NOT NULL AND o.status <> 'cancelled' AND o.imported AND o.khaos_key IS NULL
