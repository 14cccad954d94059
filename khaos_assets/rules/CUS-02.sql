-- CUS-02 Account not matched. Which OroCommerce customers, with orders in the period or created in it, have an identifier that is
-- on no Khaos account?
-- Not caught: guests; a customer whose Khaos account was set aside tonight.

-- name: population
SELECT 'khaos>orocommerce' AS systems, c.customer AS record_key, '' AS scope, NOT c.unmatched AS holds
FROM shop_customer AS c
WHERE NOT c.guest
    AND (in_period(c.created_at)
         OR c.customer IN (SELECT account_key FROM channel_order WHERE channel = 'orocommerce' AND in_period(created_at)))

-- name: exceptions
WITH ordered AS (
    SELECT account_key AS customer, count(*) AS orders,
        fraction_sum(list(net_gbp) FILTER (status <> 'cancelled')) AS net, count(*) FILTER (status <> 'cancelled') AS live,
        list(reference ORDER BY reference)[1:20] AS some
    FROM channel_order
    WHERE channel = 'orocommerce' AND in_period(created_at)
    GROUP BY account_key
)
SELECT 'khaos>orocommerce' AS systems, 'customers' AS entity, c.customer AS record_key,
    c.identifier AS expected_value,
    CASE WHEN c.identifier IS NULL THEN 'has no identifier' ELSE 'on no Khaos account' END AS reason,
    CASE WHEN coalesce(o.live, 0) = 0 THEN 0 ELSE pounds(o.net) END AS amount_gbp,
    c.created_at AS observed_at, c.snapshot AS actual_snapshot,
    json_object('orders', coalesce(o.some, []), 'orders_count', coalesce(o.orders, 0)) AS evidence
FROM shop_customer AS c
LEFT JOIN ordered AS o ON o.customer = c.customer
WHERE c.unmatched AND NOT c.guest AND (o.orders IS NOT NULL OR in_period(c.created_at))
