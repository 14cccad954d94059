-- FIN-04 Total differs. Is the gross total of the order the same, or do the differences that other codes found add up to the
-- difference? Beyond the tolerances of its lines and of the delivery together.

-- name: population
SELECT systems, reference AS record_key, '' AS scope,
    abs(gross_off) <= lines_allowed + getvariable('money_tolerance')
        OR abs(gross_off - explained) <= lines_allowed + getvariable('money_tolerance') AS holds
FROM order_money_difference
WHERE gross_off IS NOT NULL

-- name: exceptions
WITH totals AS (
    SELECT o.*, o.lines_allowed + getvariable('money_tolerance') AS allowed, d.explained
    FROM order_money AS o
    JOIN order_money_difference AS d USING (channel, reference)
)
SELECT systems, 'sales_orders' AS entity, reference AS record_key, 'gross' AS field, khaos_key AS counterpart_key,
    plain(gross) AS expected_value, plain(khaos_gross) AS actual_value,
    'tax, delivery, discounts and lines explain ' || plain(explained) AS reason,
    pounds(in_pounds(khaos_gross - gross, rate)) AS amount_gbp,
    changed_at AS observed_at, snapshot AS expected_snapshot, khaos_snapshot AS actual_snapshot,
    json_object('currency', currency, 'explained', plain(explained), 'allowed', plain(allowed)) AS evidence,
    channel AS other, reference
FROM totals
WHERE khaos_gross - gross NOT BETWEEN -allowed AND allowed
    AND khaos_gross - gross - explained NOT BETWEEN -allowed AND allowed
