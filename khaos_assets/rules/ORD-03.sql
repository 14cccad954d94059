-- ORD-03 Duplicate order. One channel reference on more than one Khaos sales order that is not cancelled. The extra ones are
-- all but the earliest created. The amount is theirs, as Khaos has them.
-- Not caught: credit notes, which share their order's reference.

-- name: population
SELECT channel || '>khaos' AS systems, reference AS record_key, '' AS scope, count(*) = 1 AS holds
FROM khaos_channel_order
WHERE kind = 'order' AND status <> 'cancelled'
GROUP BY channel, reference

-- name: exceptions
WITH orders AS (FROM khaos_channel_order WHERE kind = 'order' AND status <> 'cancelled'),
several AS (SELECT DISTINCT channel, reference FROM orders WHERE place_in_time > 1)
SELECT channel || '>khaos' AS systems, 'sales_orders' AS entity, reference AS record_key,
    array_to_string(list(order_key ORDER BY place_in_time) FILTER (place_in_time > 1), '+') AS counterpart_key,
    '1' AS expected_value, count(*)::VARCHAR AS actual_value,
    'several orders with one reference' AS reason,
    pounds(fraction_sum(list(in_pounds(items_net + coalesce(delivery_net, 0), rate)) FILTER (place_in_time > 1))) AS amount_gbp,
    max(created_on)::TIMESTAMPTZ AS observed_at, any_value(snapshot) AS actual_snapshot,
    json_object('orders', list({'order': order_key, 'created': created_on::VARCHAR, 'extra': place_in_time > 1, 'units_sent': plain(units_sent)} ORDER BY place_in_time)) AS evidence,
    channel AS other, reference
FROM orders
SEMI JOIN several USING (channel, reference)
GROUP BY channel, reference
