-- ORD-04 Order only in Khaos. A Khaos sales order in a channel's form that the channel does not have, neither in its list nor
-- when asked for it. The record key is the reference as it stands in Khaos.
-- Not caught: orders cancelled in Khaos; test and internal classes; orders before the channel's start; one set aside tonight.

-- name: population
SELECT k.channel || '>khaos' AS systems, k.full_reference AS record_key, '' AS scope,
    bool_or(o.reference IS NOT NULL OR coalesce(a.found, FALSE) OR q.reference IS NOT NULL) AS holds
FROM khaos_channel_order AS k
LEFT JOIN channel AS c ON c.channel = k.channel
LEFT JOIN channel_order AS o ON o.channel = k.channel AND o.khaos_reference = k.full_reference
LEFT JOIN order_asked AS a ON a.system = k.channel AND a.full_reference = k.reference
LEFT JOIN channel_order_set_aside AS q ON q.channel = k.channel AND q.reference = k.reference
WHERE k.kind = 'order' AND k.status <> 'cancelled' AND coalesce(k.commercial, TRUE)
    AND k.created_on >= coalesce(c.start, DATE '1900-01-01')
GROUP BY k.channel, k.full_reference

-- name: exceptions
WITH alone AS (
    SELECT k.*
    FROM khaos_channel_order AS k
    LEFT JOIN channel AS c ON c.channel = k.channel
    ANTI JOIN channel_order AS o ON o.channel = k.channel AND o.khaos_reference = k.full_reference
    ANTI JOIN (FROM order_asked WHERE found) AS a ON a.system = k.channel AND a.full_reference = k.reference
    ANTI JOIN channel_order_set_aside AS q ON q.channel = k.channel AND q.reference = k.reference
    WHERE k.kind = 'order' AND k.status <> 'cancelled' AND coalesce(k.commercial, TRUE)
        AND k.created_on >= coalesce(c.start, DATE '1900-01-01')
)
SELECT channel || '>khaos' AS systems, 'sales_orders' AS entity, full_reference AS record_key,
    array_to_string(list(order_key ORDER BY place_in_time), '+') AS counterpart_key,
    'an order on the channel' AS expected_value, 'none' AS actual_value,
    'unknown to the channel' AS reason,
    pounds(in_pounds(arg_min(items_net + coalesce(delivery_net, 0), place_in_time), arg_min(rate, place_in_time))) AS amount_gbp,
    any_value(snapshot) AS actual_snapshot,
    json_object('created', min(created_on)::VARCHAR, 'units_sent', plain(sum(units_sent))) AS evidence,
    channel AS other, any_value(reference) AS reference
FROM alone
GROUP BY channel, full_reference
