-- PIM-03 Protected field overwritten. Did an amount that Khaos owns change since the night before to what the PIM shows, then and
-- now? One exception per field (cost, price; sell_price, web_price where the PIM has attributes for them).
-- Not caught: an amount in a PIM that merely differs; one that the PIM changed together with Khaos.

-- name: population
SELECT 'khaos>' || m.pim AS systems, m.sku AS record_key, '' AS scope, m.field,
    (m.khaos.num * b.khaos.den = b.khaos.num * m.khaos.den OR m.expected <> m.shown OR m.shown <> b.shown) IS NOT FALSE AS holds
FROM money_field AS m
JOIN money_before AS b USING (pim, sku, field)

-- name: exceptions
WITH changed AS (
    SELECT m.*, b.khaos AS old, reduced(fraction_plus(m.khaos, fraction(-b.khaos.num, b.khaos.den))) AS change
    FROM money_field AS m
    JOIN money_before AS b ON b.pim = m.pim AND b.sku = m.sku AND b.field = m.field AND b.shown = m.shown
    WHERE m.shown = m.expected
)
SELECT 'khaos>' || c.pim AS systems, 'stock_items' AS entity, c.sku AS record_key, c.field,
    pounds(c.old)::VARCHAR AS expected_value, pounds(c.khaos)::VARCHAR AS actual_value,
    'changed to the figure of the PIM' AS reason,
    pounds(times_units(fraction(abs(c.change.num), c.change.den), p.units)) AS amount_gbp,
    c.khaos_changed_at AS observed_at, c.khaos_snapshot AS expected_snapshot, c.snapshot AS actual_snapshot,
    json_object('pim_shows', c.shown::VARCHAR, 'basis', CASE WHEN c.gross THEN 'gross' ELSE 'net' END,
        'net_before', pounds(c.old)::VARCHAR, 'net_now', pounds(c.khaos)::VARCHAR, 'physical', plain(p.units)) AS evidence,
    c.pim AS other, c.sku, c.sku AS other_sku
FROM changed AS c
LEFT JOIN physical_total AS p ON p.sku = c.sku
WHERE c.change.num <> 0
