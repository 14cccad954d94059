-- FIN-10 Line price differs. For each stock code with equal units on both sides: is the net value of its lines, after discount,
-- the same? Beyond the tolerance of a line each. What a wrong tax code does to the net value is left out (FIN-05).
-- Not caught: lines that differ by just their discount, where the order's discount differs (FIN-03); an absolute voucher spread
-- over lines with equal sums per VAT rate; pack children that Khaos added; non-stock codes.

-- name: population
SELECT o.systems, o.reference AS record_key, '' AS scope, bool_and(d.sku IS NULL OR d.by_discount) AS holds
FROM order_line_money AS l
JOIN order_money AS o USING (channel, reference)
LEFT JOIN order_line_difference AS d ON d.channel = l.channel AND d.reference = l.reference AND d.sku = l.sku
GROUP BY o.systems, o.reference

-- name: exceptions
SELECT o.systems, 'order_lines' AS entity, o.reference AS record_key,
    string_agg(d.sku, '+' ORDER BY d.sku) AS field,
    any_value(o.khaos_key) AS counterpart_key,
    string_agg(d.sku || ': ' || plain(d.net), ', ' ORDER BY d.sku) AS expected_value,
    string_agg(d.sku || ': ' || plain(d.khaos_mapped_net), ', ' ORDER BY d.sku) AS actual_value,
    'net line value' AS reason,
    pounds(in_pounds(sum(d.off), any_value(o.rate))) AS amount_gbp,
    any_value(o.changed_at) AS observed_at, any_value(o.snapshot) AS expected_snapshot, any_value(o.khaos_snapshot) AS actual_snapshot,
    json_object('currency', any_value(o.currency),
        'lines', list({'sku': d.sku, 'units': plain(d.units), 'channel': plain(d.net), 'khaos': plain(d.khaos_net)} ORDER BY d.sku)) AS evidence,
    o.channel AS other, o.reference
FROM order_line_difference AS d
JOIN order_money AS o ON o.channel = d.channel AND o.reference = d.reference
WHERE NOT d.by_discount
GROUP BY o.systems, o.channel, o.reference
