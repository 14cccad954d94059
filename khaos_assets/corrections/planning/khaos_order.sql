-- SCAYLE's orders that Khaos has not (ORD-01, missing_order.sql). Who gets them is asked of SCAYLE when they are sent.
SELECT o.case_key, 'khaos.order' AS write, 5 AS rank, o.target, o.record, 'order' AS field, NULL::VARCHAR AS before, o.after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    json_object('source', 'scayle.recipient', 'target',
        json_object('shop', w.shop_country.shop_key, 'country', w.shop_country.country_code, 'order_id', o.order_key)) AS details,
    ['khaos/sales_orders', 'khaos/sites', 'khaos/stock_items', 'scayle/orders'] AS rests_on,
    json_object('market', o.market, 'scayle', o.expected_snapshot) AS evidence,
    o.left_out
FROM missing_order AS o
JOIN wire.scayle_orders AS w ON w.id::VARCHAR = o.order_key
WHERE o.channel = 'scayle'
