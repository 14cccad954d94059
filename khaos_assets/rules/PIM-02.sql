-- PIM-02 Attribute out of date. Which fields that a PIM owns does Khaos have otherwise? One exception per field.
-- Numbers are compared in Khaos's unit, amounts on the PIM's basis to the penny, texts without outer and double blanks.
-- Not caught: empty on both sides; fields that Khaos does not tell (a commodity code); what both have withdrawn.
-- Expected: changed in the PIM, or first seen, inside the attribute lag (of amounts the price lag).

-- name: population
SELECT systems, sku AS record_key, '' AS scope, field,
    pim_value IS NOT DISTINCT FROM khaos_value AS holds
FROM attribute_pair
UNION ALL
SELECT m.pim || '>khaos', m.sku, '', m.field, m.shown IS NOT DISTINCT FROM m.expected
FROM money_field AS m
JOIN field_owner AS o ON o.system = m.pim AND o.field = m.field
WHERE NOT m.withdrawn

-- name: exceptions
WITH texts AS (
    SELECT systems, pim, sku, field, coalesce(pim_value, '') AS pim_value, coalesce(khaos_value, '') AS khaos_value,
        pim_raw, khaos_raw, changed_at, snapshot, khaos_snapshot, FALSE AS is_money
    FROM attribute_pair
    WHERE coalesce(pim_value, '') <> coalesce(khaos_value, '')
),
amounts AS (
    SELECT m.pim || '>khaos' AS systems, m.*
    FROM money_field AS m
    JOIN field_owner AS o ON o.system = m.pim AND o.field = m.field
    WHERE NOT m.withdrawn
        AND (m.shown <> m.expected OR (m.shown IS NULL) <> (m.expected IS NULL))
),
differing AS (
    SELECT *, NULL::DECIMAL(28, 4) AS off, NULL::BOOLEAN AS gross, NULL::DECIMAL(28, 4) AS vat_percent FROM texts
    UNION ALL
    SELECT systems, pim, sku, field, coalesce(plain(shown), ''), coalesce(plain(expected), ''), raw, plain(expected),
        changed_at, snapshot, khaos_snapshot, TRUE, shown - expected, gross, vat_percent
    FROM amounts
),
aged AS (
    SELECT d.*,
        CASE WHEN d.changed_at IS NULL AND t.code IS NULL THEN 'epoch'::TIMESTAMPTZ
             ELSE least(d.changed_at, coalesce(b.first_seen, getvariable('as_of'))) END AS since
    FROM differing AS d
    LEFT JOIN tested_before AS t ON t.code = 'PIM-02' AND t.systems = d.systems
    LEFT JOIN case_before AS b ON b.code = 'PIM-02' AND b.systems = d.systems AND b.record_key = d.sku AND b.field = d.field
)
SELECT a.systems, 'products' AS entity, a.sku AS record_key, a.field,
    a.pim_value AS expected_value, a.khaos_value AS actual_value,
    CASE WHEN a.pim_value = '' THEN 'empty in the PIM' WHEN a.khaos_value = '' THEN 'empty in Khaos' ELSE 'they differ' END AS reason,
    CASE a.field
        WHEN 'cost' THEN pounds(times_units(net_fraction(abs(a.off), a.gross, a.vat_percent), p.units))
        WHEN 'price' THEN pounds(times_units(net_fraction(abs(a.off), a.gross, a.vat_percent), s.units))
        WHEN 'sell_price' THEN pounds(times_units(net_fraction(abs(a.off), a.gross, a.vat_percent), s.units))
        WHEN 'web_price' THEN pounds(times_units(net_fraction(abs(a.off), a.gross, a.vat_percent), s.units))
    END AS amount_gbp,
    a.changed_at AS observed_at, a.snapshot AS expected_snapshot, a.khaos_snapshot AS actual_snapshot,
    CASE WHEN a.since > getvariable('as_of') - CASE WHEN a.is_money THEN getvariable('price_lag') ELSE getvariable('attribute_lag') END
         THEN 'expected' ELSE 'open' END AS state,
    json_object('pim', a.pim_raw, 'khaos', a.khaos_raw) AS evidence,
    a.pim AS other, a.sku, a.sku AS other_sku
FROM aged AS a
LEFT JOIN physical_total AS p ON p.sku = a.sku
LEFT JOIN sellable AS s ON s.sku = a.sku
