-- Tracking numbers that OroCommerce lacks (ORD-07, ORD-08). A wrong number stays beside the right one: no call takes it away.
-- Left out: several parcels at once, a carrier without a name on the channel, an order that is closed.
WITH carrier AS (
    SELECT courier, min(carrier_service) AS method FROM map_courier GROUP BY courier HAVING count(*) = 1
),
shown AS (
    SELECT o.channel, o.reference, o.order_key, list(DISTINCT t.number ORDER BY t.number) FILTER (t.number <> '') AS numbers
    FROM channel_order AS o
    LEFT JOIN (SELECT unnest(order_ids) AS order_key, number FROM wire.orocommerce_shipping_trackings) AS t USING (order_key)
    WHERE o.channel = 'orocommerce'
    GROUP BY ALL
),
wanted AS (
    SELECT c.case_key, count(DISTINCT e.tracking) AS parcels, min(e.tracking) AS number, min(e.courier) AS courier
    FROM open_case AS c
    JOIN expected_tracking AS e ON e.channel = 'orocommerce' AND e.reference = c.record_key AND c.scope IN ('', e.tracking)
    GROUP BY c.case_key
)
SELECT c.case_key, 'orocommerce.tracking' AS write, 40 AS rank,
    {'order_id': s.order_key, 'method': k.method, 'number': w.number} AS target,
    c.record_key AS record, 'tracking' AS field, array_to_string(s.numbers, '+') AS before,
    array_to_string(list_sort(list_append(coalesce(s.numbers, []), w.number)), '+') AS after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/sales_orders', 'orocommerce/orders', 'orocommerce/shipping_trackings'] AS rests_on,
    json_object('khaos', c.expected_snapshot, 'orocommerce', c.actual_snapshot) AS evidence,
    CASE
        WHEN w.parcels > 1 THEN 'it left in several parcels'
        WHEN k.method IS NULL THEN 'its courier has no single name on the channel'
        WHEN r.internal_status = 'closed' THEN 'the order is closed there: nothing of it can be written'
    END AS left_out
FROM open_case AS c
JOIN wanted AS w USING (case_key)
JOIN shown AS s ON s.reference = c.record_key
JOIN wire.orocommerce_orders AS r ON r.id = s.order_key
LEFT JOIN carrier AS k USING (courier)
WHERE c.systems = 'khaos>orocommerce'
    AND (c.code = 'ORD-07' AND contains(c.field, 'tracking') OR c.code = 'ORD-08' AND c.field = 'tracking')
