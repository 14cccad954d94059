-- FIN-02 Shipping differs. Does Khaos charge the delivery, without VAT, that the channel charged? Beyond the money tolerance.
-- Not caught: orders whose delivery the channel does not tell (external prices).

-- name: population
SELECT systems, reference AS record_key, '' AS scope, delivery_off = 0 AS holds
FROM order_money_difference
WHERE delivery_off IS NOT NULL

-- name: exceptions
SELECT systems, 'sales_orders' AS entity, reference AS record_key, 'delivery_net' AS field, khaos_key AS counterpart_key,
    plain(delivery_net) AS expected_value, plain(khaos_delivery_net) AS actual_value,
    CASE WHEN khaos_delivery_net > delivery_net THEN 'Khaos charges more' ELSE 'Khaos charges less' END AS reason,
    pounds(in_pounds(khaos_delivery_net - delivery_net, rate)) AS amount_gbp,
    changed_at AS observed_at, snapshot AS expected_snapshot, khaos_snapshot AS actual_snapshot,
    json_object('currency', currency) AS evidence,
    channel AS other, reference
FROM order_money
WHERE abs(khaos_delivery_net - delivery_net) > getvariable('money_tolerance')
