-- ORD-11 Amendment differs. Units per SKU differ between the channel's live lines and Khaos's lines. A swap at equal value
-- amounts to 0. Expected: inside the order grace from the channel's change.
-- Not caught: pack children that Khaos added, non-stock and free-form lines, units without a mapping (MAP-01), cancelled orders.

-- name: population
SELECT o.to_khaos AS systems, o.reference AS record_key, '' AS scope,
    coalesce(bool_and(s.khaos_units - s.channel_units IN (0, s.added_units)), TRUE) AS holds
FROM channel_order AS o
LEFT JOIN channel_order_sku AS s ON s.channel = o.channel AND s.reference = o.reference
WHERE o.khaos_lives AND o.status <> 'cancelled'
GROUP BY o.to_khaos, o.reference

-- name: exceptions
WITH amended AS (
    SELECT *, khaos_units - channel_units AS units
    FROM channel_order_sku
    WHERE khaos_units - channel_units NOT IN (0, added_units)
)
SELECT o.to_khaos AS systems, 'order_lines' AS entity, o.reference AS record_key,
    string_agg(a.sku, '+' ORDER BY a.sku) AS field,
    any_value(o.khaos_key) AS counterpart_key,
    string_agg(a.sku || ' × ' || plain(a.channel_units), ', ' ORDER BY a.sku) AS expected_value,
    string_agg(a.sku || ' × ' || plain(a.khaos_units), ', ' ORDER BY a.sku) AS actual_value,
    CASE WHEN any_value(o.khaos_picking) THEN 'picking or later in Khaos' ELSE 'not picked yet' END AS reason,
    sum(a.units) AS units,
    abs(pounds(fraction_sum(list(times_units(a.unit_value, a.units))))) AS amount_gbp,
    any_value(o.changed_at) AS observed_at, any_value(o.snapshot) AS expected_snapshot, any_value(o.khaos_snapshot) AS actual_snapshot,
    CASE WHEN any_value(o.changed_at) > getvariable('as_of') - getvariable('order_grace') THEN 'expected' ELSE 'open' END AS state,
    json_object('lines', list({'sku': a.sku, 'channel': plain(a.channel_units), 'khaos': plain(a.khaos_units)} ORDER BY a.sku)) AS evidence,
    o.channel AS other, o.reference
FROM amended AS a
JOIN channel_order AS o USING (channel, reference)
WHERE o.khaos_lives AND o.status <> 'cancelled'
GROUP BY o.to_khaos, o.channel, o.reference
