-- ORD-18 Channel shows shipped, nothing sent. The customer was told of a parcel, and neither Khaos nor WAIR has sent anything.
-- Expected: inside the dispatch grace from the channel's shipping.

-- name: population
SELECT from_khaos AS systems, reference AS record_key, '' AS scope,
    khaos_sent > 0 OR dispatch_keys IS NOT NULL OR khaos_reference IN (SELECT khaos_reference FROM dispatch_set_aside) AS holds
FROM channel_order
WHERE shipped AND status <> 'cancelled'

-- name: exceptions
SELECT o.from_khaos AS systems, 'orders' AS entity, o.reference AS record_key,
    o.khaos_key AS counterpart_key,
    'units sent' AS expected_value, 'shipped on the channel, nothing sent' AS actual_value,
    'neither Khaos nor WAIR has sent anything' AS reason,
    pounds(o.net_gbp) AS amount_gbp,
    coalesce(o.shipped_at, o.changed_at) AS observed_at, o.khaos_snapshot AS expected_snapshot, o.snapshot AS actual_snapshot,
    CASE WHEN coalesce(o.shipped_at, o.changed_at) > getvariable('as_of') - getvariable('dispatch_grace') THEN 'expected' ELSE 'open' END AS state,
    json_object('khaos_order', o.khaos_key) AS evidence,
    o.channel AS other, o.reference
FROM channel_order AS o
ANTI JOIN dispatch_set_aside AS q USING (khaos_reference)
WHERE o.shipped AND o.status <> 'cancelled' AND o.khaos_sent = 0 AND o.dispatch_keys IS NULL
