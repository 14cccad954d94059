-- FIN-03 Discount differs. Is the sum of an order's discounts, made net, the same in Khaos? Beyond the tolerance of a line each.
-- Not caught: an absolute voucher booked on one line here and spread over lines there, with equal sums per VAT rate.

-- name: population
SELECT systems, reference AS record_key, '' AS scope,
    voucher_spread OR abs(khaos_discount - discount) <= lines_allowed AS holds
FROM order_money_difference
WHERE khaos_discount IS NOT NULL AND discount IS NOT NULL

-- name: exceptions
SELECT systems, 'sales_orders' AS entity, reference AS record_key, 'discount' AS field, khaos_key AS counterpart_key,
    plain(discount) AS expected_value, plain(khaos_discount) AS actual_value,
    CASE WHEN khaos_discount > discount THEN 'Khaos gives more' ELSE 'Khaos gives less' END AS reason,
    pounds(in_pounds(khaos_discount - discount, rate)) AS amount_gbp,
    changed_at AS observed_at, snapshot AS expected_snapshot, khaos_snapshot AS actual_snapshot,
    json_object('currency', currency, 'allowed', plain(lines_allowed)) AS evidence,
    channel AS other, reference
FROM order_money
WHERE khaos_discount - discount NOT BETWEEN -lines_allowed AND lines_allowed AND NOT voucher_spread
