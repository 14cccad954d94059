-- Orders (catalogue "SCAYLE money", "shipped", ORD-12). Minor units ÷ 100; items are everything but delivery. What an order
-- with external prices does not tell stays NULL, and so does what rests on it.
WITH units AS (
    SELECT id, item.status <> 'cancelled' AND item.cancelled_at IS NULL AS lives,
        item.shipped_at, item.returned_at, item.cancelled_at,
        coalesce(item.price.absolute_voucher_reduced_price.with_tax, item.price.with_tax) AS paid
    FROM (SELECT id, unnest(items) AS item FROM wire.scayle_orders)
),
-- What was not cancelled, and of that what came back; paid is after an absolute voucher
items AS (
    SELECT id, nullif(count(*) FILTER (lives), 0) AS units,
        bool_and(shipped_at IS NOT NULL) FILTER (lives) AS all_shipped,
        max(shipped_at) FILTER (lives) AS shipped_at,
        count(returned_at) FILTER (lives) AS returned,
        max(returned_at) FILTER (lives) AS returned_at,
        (sum(paid) FILTER (lives))::BIGINT AS paid,
        (sum(paid) FILTER (lives AND returned_at IS NOT NULL))::BIGINT AS returned_paid,
        max(cancelled_at) AS cancelled_at
    FROM units GROUP BY id
),
fees AS (
    SELECT *, cost.applied_fees IS NOT NULL AS told,
        list_filter(cost.applied_fees, lambda f: coalesce(f.category, '') <> 'delivery') AS others,
        list_filter(cost.applied_fees, lambda f: f.category = 'delivery') AS delivery
    FROM wire.scayle_orders
),
orders AS (
    SELECT *,
        CASE WHEN told AND list_count(list_transform(delivery, lambda f: f.amount.with_tax)) = len(delivery)
             THEN coalesce(list_sum(list_transform(delivery, lambda f: f.amount.with_tax)), 0)::BIGINT END AS delivery_gross,
        CASE WHEN told AND list_count(list_transform(delivery, lambda f: f.amount.without_tax)) = len(delivery)
             THEN coalesce(list_sum(list_transform(delivery, lambda f: f.amount.without_tax)), 0)::BIGINT END AS delivery_net,
        CASE WHEN told THEN coalesce(list_sum(list_transform(others, lambda f: f.amount.with_tax - f.amount.without_tax)), 0)::BIGINT
             END AS fees_vat,
        CASE WHEN has_membership_discount THEN coalesce(cost.with_membership_discount, cost.with_tax) ELSE cost.with_tax END AS gross,
        CASE WHEN has_membership_discount THEN coalesce(cost.without_tax_with_membership_discount, cost.without_tax)
             ELSE cost.without_tax END AS net,
        detailed_status.order.code AS order_code,
        coalesce(detailed_status.billing.code, '') AS billing_code
    FROM fees
)
SELECT
    'scayle' AS system,
    o.id::VARCHAR AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'scayle' AND entity = 'orders') AS snapshot,
    coalesce(nullif(o.reference_key, ''), o.id::VARCHAR) AS reference,
    coalesce(nullif(o.reference_key, ''), o.id::VARCHAR) AS full_reference,
    'scayle' AS channel,
    'order' AS kind,
    CASE o.status WHEN 'cancellation_completed' THEN 'cancelled' WHEN 'invoice_completed' THEN 'complete' ELSE 'open' END AS status,
    'scayle/' || o.shop_country.shop_key || '/' || o.shop_country.country_code AS market,
    o.currency_code AS currency,
    (o.net - o.delivery_net) * 0.01 AS items_net,
    (o.gross - o.delivery_gross) * 0.01 AS items_gross,
    o.delivery_net * 0.01 AS delivery_net,
    o.delivery_gross * 0.01 AS delivery_gross,
    o.fees_vat * 0.01 AS fees_vat,
    o.net * 0.01 AS total_net,
    o.gross * 0.01 AS total_gross,
    o.created_at,
    london_date(o.created_at) AS created_on,
    o.confirmed_at,
    CASE WHEN o.status = 'cancellation_completed' THEN coalesce(i.cancelled_at, o.updated_at) END AS cancelled_at,
    coalesce(o.order_code IN ('order_shipped', 'order_invoiced'), FALSE) OR coalesce(i.all_shipped, FALSE) AS shipped,
    i.shipped_at,
    CASE
        WHEN coalesce(i.returned, 0) = 0 AND o.billing_code = 'billing_refunded' OR i.returned = i.units THEN 'full'
        WHEN i.returned > 0 OR o.billing_code = 'billing_partially_refunded' THEN 'part'
        ELSE 'none'
    END AS refund,
    CASE WHEN i.returned > 0 THEN i.returned_paid WHEN o.billing_code = 'billing_refunded' THEN i.paid END * 0.01 AS refunded_gross,
    CASE WHEN i.returned > 0 OR o.billing_code IN ('billing_refunded', 'billing_partially_refunded')
         THEN coalesce(i.returned_at, o.updated_at) END AS refunded_at,
    coalesce(i.units, 0) AS units_ordered,
    o.updated_at AS changed_at
FROM orders AS o
LEFT JOIN items AS i ON i.id = o.id
