-- FIN-08 Base price differs. Is the list price that a channel or PIM shows the price owner's, on its own basis, to the penny?
-- At home the owner's price, elsewhere the market's Khaos price list.
-- Not caught: promotions and prices of customer groups; a price that the PIM owns (PIM-02); markets without a readable list.
-- Expected: the owner's record changed inside the price lag; where lists tell no time, the difference is new inside it.

-- name: population
SELECT systems, sku AS record_key, scope, bool_and(amount = expected) AS holds
FROM base_price
GROUP BY ALL

-- name: exceptions
WITH off AS (
    SELECT * FROM base_price WHERE amount <> expected
    QUALIFY row_number() OVER (PARTITION BY systems, sku, scope ORDER BY source_key) = 1
),
last_look AS (
    SELECT systems, max(night) AS night FROM control_code
    WHERE code = 'FIN-08' AND tested AND night < getvariable('night') GROUP BY systems
),
aged AS (
    SELECT p.*, s.units, r.rate,
        coalesce(p.changed_at, e.first_seen, CASE WHEN l.night IS NULL THEN 'epoch'::TIMESTAMPTZ ELSE getvariable('as_of') END) AS since
    FROM off AS p
    LEFT JOIN last_look AS l ON l.systems = p.systems
    LEFT JOIN exception AS e ON e.code = 'FIN-08' AND e.night = l.night AND e.systems = p.systems AND e.record_key = p.sku AND e.scope = p.scope
    LEFT JOIN sellable AS s ON s.sku = p.stock_code
    LEFT JOIN rate_of_period AS r ON r.currency = p.currency
)
SELECT systems, 'stock_items' AS entity, sku AS record_key, scope, 'price' AS field, stock_code AS counterpart_key,
    plain(expected) AS expected_value, plain(amount) AS actual_value,
    CASE WHEN price_list IS NULL THEN 'the owner''s price' ELSE 'price list ' || price_list END AS reason,
    pounds(difference_in_pounds(amount - expected, NOT is_net, percent, units * rate, 1)) AS amount_gbp,
    changed_at AS observed_at, owner_snapshot AS expected_snapshot, snapshot AS actual_snapshot,
    CASE WHEN since > getvariable('as_of') - getvariable('price_lag') THEN 'expected' ELSE 'open' END AS state,
    json_object('basis', CASE WHEN is_net THEN 'net' ELSE 'gross' END, 'sellable', plain(units)) AS evidence,
    system AS other, stock_code AS sku, sku AS other_sku
FROM aged
