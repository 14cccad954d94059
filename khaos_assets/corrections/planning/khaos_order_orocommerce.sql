-- OroCommerce's orders that Khaos has not (ORD-01, missing_order.sql), of customers who are on one account. Where the goods go is asked of
-- OroCommerce when they are sent.
SELECT o.case_key, 'khaos.order' AS write, 5 AS rank, o.target, o.record, 'order' AS field, NULL::VARCHAR AS before, o.after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    json_object('source', 'orocommerce.recipient', 'target',
        json_object('order_id', o.order_key, 'identifier', getvariable('customer_identifier'))) AS details,
    ['khaos/customers', 'khaos/sales_orders', 'khaos/sites', 'khaos/stock_items', 'orocommerce/customers', 'orocommerce/order_line_items',
     'orocommerce/order_subtotals', 'orocommerce/orders'] AS rests_on,
    json_object('market', o.market, 'orocommerce', o.expected_snapshot) AS evidence,
    o.left_out
FROM missing_order AS o
WHERE o.channel = 'orocommerce'
