-- FIN-05 VAT treatment wrong. Has each Khaos line the tax code that the market gives to the item's VAT class, and the delivery
-- the market's rate? Net or gross is kept, as the customer's class is priced.
-- Not caught: free-form lines; items whose VAT class, and orders whose market, no mapping knows (MAP-01).

-- name: population
SELECT p.to_khaos AS systems, p.reference AS record_key, '' AS scope, NOT bool_or(t.wrong) AS holds
FROM order_pair AS p
JOIN order_tax AS t USING (channel, reference)
GROUP BY p.to_khaos, p.reference

-- name: exceptions
SELECT o.systems, 'order_lines' AS entity, o.reference AS record_key,
    string_agg(t.thing, '+' ORDER BY t.thing) AS field,
    any_value(o.khaos_key) AS counterpart_key,
    string_agg(t.thing || ': ' || coalesce(t.mapped_code, ''), ', ' ORDER BY t.thing) AS expected_value,
    string_agg(t.thing || ': ' || t.code, ', ' ORDER BY t.thing) AS actual_value,
    'not the tax code mapped for ' || any_value(o.market) AS reason,
    pounds(in_pounds(sum_of_all(t.vat_off), any_value(o.rate))) AS amount_gbp,
    any_value(o.changed_at) AS observed_at, any_value(o.snapshot) AS expected_snapshot, any_value(o.khaos_snapshot) AS actual_snapshot,
    json_object('market', any_value(o.market), 'currency', any_value(o.currency),
        'vat_too_much', list({'on': t.thing, 'vat': plain(t.vat_off)} ORDER BY t.thing)) AS evidence,
    o.channel AS other, o.reference
FROM order_tax AS t
JOIN order_money AS o USING (channel, reference)
WHERE t.wrong
GROUP BY o.systems, o.channel, o.reference
