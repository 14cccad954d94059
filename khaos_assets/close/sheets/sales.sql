-- Sales by channel, order by order: placed in the period, on the channel and in Khaos. Net is of goods, discounts taken off already.

-- name: rows
SELECT channel, market, currency, reference, orders, placed_on, status,
    net_gbp, khaos_net_gbp, coalesce(khaos_net_gbp, 0) - net_gbp AS net_difference_gbp,
    vat_gbp, khaos_vat_gbp, coalesce(khaos_vat_gbp, 0) - vat_gbp AS vat_difference_gbp,
    shipping_gbp, khaos_shipping_gbp, coalesce(khaos_shipping_gbp, 0) - shipping_gbp AS shipping_difference_gbp,
    discount_gbp, khaos_discount_gbp, coalesce(khaos_discount_gbp, 0) - discount_gbp AS discount_difference_gbp,
    refunds_gbp, khaos_refunds_gbp, coalesce(khaos_refunds_gbp, 0) - refunds_gbp AS refunds_difference_gbp,
    c.codes
FROM sold AS s
LEFT JOIN order_codes AS c ON c.record_key = s.reference
ORDER BY channel, placed_on, reference

-- name: totals
SELECT sum(net_gbp) AS net_gbp, sum(khaos_net_gbp) AS khaos_net_gbp, sum(CASE WHEN in_khaos THEN khaos_net_gbp ELSE 0 END - net_gbp) AS net_difference_gbp,
    sum(vat_gbp) AS vat_gbp, sum(khaos_vat_gbp) AS khaos_vat_gbp, sum(CASE WHEN in_khaos THEN khaos_vat_gbp ELSE 0 END - vat_gbp) AS vat_difference_gbp,
    sum(shipping_gbp) AS shipping_gbp, sum(khaos_shipping_gbp) AS khaos_shipping_gbp,
    sum(CASE WHEN in_khaos THEN khaos_shipping_gbp ELSE 0 END - shipping_gbp) AS shipping_difference_gbp,
    sum(discount_gbp) AS discount_gbp, sum(khaos_discount_gbp) AS khaos_discount_gbp,
    sum(CASE WHEN in_khaos THEN khaos_discount_gbp ELSE 0 END - discount_gbp) AS discount_difference_gbp,
    sum(refunds_gbp) AS refunds_gbp, sum(khaos_refunds_gbp) AS khaos_refunds_gbp,
    sum(CASE WHEN in_khaos THEN khaos_refunds_gbp ELSE 0 END - refunds_gbp) AS refunds_difference_gbp
FROM sold
