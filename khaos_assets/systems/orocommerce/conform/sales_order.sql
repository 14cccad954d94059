-- Orders with their money in the order's currency (catalogue "OroCommerce money"). Gross is the stored total; VAT are the
-- tax subtotals, that of delivery being the one without a currency; net is what remains. VAT is unknown where a subtotal of
-- the order was set aside or none came. No delivery cost and no override is an order without delivery.
WITH basis AS (
    SELECT coalesce(bool_or(prices_include_tax), FALSE) AS with_tax FROM channel WHERE channel = 'orocommerce'
),
doubtful AS (
    SELECT DISTINCT split_part(key, '-', 1) AS order_id
    FROM quarantine WHERE system = 'orocommerce' AND entity = 'order_subtotals'
),
vat AS (
    SELECT order_id,
        coalesce(sum(signed_amount) FILTER (order_subtotal_type = 'tax' AND currency IS NOT NULL), 0) AS items,
        coalesce(sum(signed_amount) FILTER (order_subtotal_type = 'tax' AND currency IS NULL), 0) AS delivery,
        max(order_updated_at) AS seen_at
    FROM wire.orocommerce_order_subtotals
    WHERE order_id NOT IN (SELECT order_id FROM doubtful)
    GROUP BY order_id
),
lines AS (
    SELECT order_id, max(updated_at) AS changed_at
    FROM (SELECT unnest(order_ids) AS order_id, updated_at FROM wire.orocommerce_order_line_items)
    GROUP BY order_id
),
delivery AS (
    SELECT o.id,
        (coalesce(overridden_shipping_cost_amount, estimated_shipping_cost_amount, 0) - coalesce(shipping_discount, 0)::DECIMAL(28, 4))
            - CASE WHEN with_tax THEN vat.delivery ELSE 0 END AS net
    FROM wire.orocommerce_orders AS o CROSS JOIN basis LEFT JOIN vat ON vat.order_id = o.id
)
SELECT
    'orocommerce' AS system,
    o.id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'orocommerce' AND entity = 'orders') AS snapshot,
    o.identifier AS reference,
    o.identifier AS full_reference,
    'orocommerce' AS channel,
    'order' AS kind,
    CASE o.internal_status WHEN 'cancelled' THEN 'cancelled' WHEN 'closed' THEN 'complete' ELSE 'open' END AS status,
    o.customer_id AS account_key,
    'orocommerce/' || o.currency AS market,
    o.currency,
    o.total_value - vat.items - vat.delivery - d.net AS items_net,
    o.total_value - vat.delivery - d.net AS items_gross,
    d.net AS delivery_net,
    d.net + vat.delivery AS delivery_gross,
    o.total_value - vat.items - vat.delivery AS total_net,
    o.total_value AS total_gross,
    o.created_at,
    london_date(o.created_at) AS created_on,
    CASE WHEN o.internal_status IS DISTINCT FROM 'cancelled' THEN o.created_at END AS confirmed_at,
    CASE WHEN o.internal_status = 'cancelled' THEN o.updated_at END AS cancelled_at,
    coalesce(o.shipping_status = 'shipped', FALSE) AS shipped,
    -- Read one after the other, orders, lines and subtotals may show an order before and after a change: then it is young
    greatest(o.updated_at, vat.seen_at, lines.changed_at) AS changed_at
FROM wire.orocommerce_orders AS o
JOIN delivery AS d ON d.id = o.id
LEFT JOIN vat ON vat.order_id = o.id
LEFT JOIN lines ON lines.order_id = o.id
