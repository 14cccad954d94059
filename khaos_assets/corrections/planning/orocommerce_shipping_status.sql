-- Orders that Khaos has sent whole, shown as shipped in OroCommerce (ORD-07). A closed order takes no change.
SELECT c.case_key, 'orocommerce.shipping_status' AS write, 41 AS rank, {'order_id': o.order_key} AS target,
    c.record_key AS record, 'shipping status' AS field, r.shipping_status AS before, 'shipped' AS after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/order_lines', 'khaos/sales_orders', 'orocommerce/orders'] AS rests_on,
    json_object('shipped_on', c.evidence::JSON ->> 'shipped_on', 'khaos', c.expected_snapshot, 'orocommerce', c.actual_snapshot) AS evidence,
    CASE WHEN r.internal_status = 'closed' THEN 'the order is closed there: nothing of it can be written' END AS left_out
FROM open_case AS c
JOIN channel_order AS o ON o.channel = 'orocommerce' AND o.reference = c.record_key
JOIN wire.orocommerce_orders AS r ON r.id = o.order_key
WHERE c.code = 'ORD-07' AND c.systems = 'khaos>orocommerce' AND contains(c.field, 'status')
