-- ORD-10 Cancelled while being picked. Cancelled on the channel, and in Khaos it is picking or later, or units are sent, or
-- WAIR has dispatched; and no credit note is linked to it.

-- name: population
SELECT o.to_khaos AS systems, o.reference AS record_key, '' AS scope,
    NOT (o.khaos_picking OR o.khaos_sent > 0 OR o.dispatch_keys IS NOT NULL)
        OR (o.channel, o.reference) IN (SELECT (channel, reference) FROM linked_credit_note) AS holds
FROM channel_order AS o
WHERE o.status = 'cancelled' AND o.khaos_lives

-- name: exceptions
SELECT o.to_khaos AS systems, 'sales_orders' AS entity, o.reference AS record_key,
    o.khaos_key AS counterpart_key, 'cancelled' AS expected_value,
    concat_ws(', ', CASE WHEN o.khaos_picking THEN 'picking or later' END,
        CASE WHEN o.khaos_sent > 0 THEN plain(o.khaos_sent) || ' sent' END,
        CASE WHEN o.dispatch_keys IS NOT NULL THEN 'dispatched' END) AS actual_value,
    'the warehouse decides' AS reason,
    pounds(o.net_gbp) AS amount_gbp,
    o.cancelled_at AS observed_at, o.snapshot AS expected_snapshot, o.khaos_snapshot AS actual_snapshot,
    json_object('units_sent', plain(o.khaos_sent), 'dispatches', coalesce(o.dispatch_keys, [])) AS evidence,
    o.channel AS other, o.reference
FROM channel_order AS o
ANTI JOIN linked_credit_note AS n ON n.channel = o.channel AND n.reference = o.reference
WHERE o.status = 'cancelled' AND o.khaos_lives AND (o.khaos_picking OR o.khaos_sent > 0 OR o.dispatch_keys IS NOT NULL)
