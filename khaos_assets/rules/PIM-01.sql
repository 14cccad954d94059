-- PIM-01 Mandatory attribute missing. Which products that are ready for Khaos lack a field it must have?
-- One exception for all that a product lacks. Not caught: drafts; a cost that the PIM does not own; fields that merchant.toml
-- says no attribute of.

-- name: population
SELECT p.from_pim AS systems, p.sku AS record_key, '' AS scope, count(a.value) = count(*) AS holds
FROM pim_product AS p
JOIN required_field AS r USING (pim)
JOIN item_attribute AS a ON a.system = p.pim AND a.sku = p.sku AND a.field = r.field
WHERE p.active
GROUP BY p.from_pim, p.sku

-- name: exceptions
SELECT p.from_pim AS systems, 'products' AS entity, p.sku AS record_key,
    string_agg(a.field, '+' ORDER BY a.field) AS field,
    'a value' AS expected_value, 'none' AS actual_value,
    CASE count(*) WHEN 1 THEN 'an attribute' ELSE count(*) || ' attributes' END || ' missing' AS reason,
    any_value(p.changed_at) AS observed_at, any_value(p.snapshot) AS expected_snapshot,
    json_object('missing', list(a.field ORDER BY a.field), 'in_khaos', bool_or(k.sku IS NOT NULL)) AS evidence,
    any_value(p.pim) AS other, p.sku, p.sku AS other_sku
FROM item_attribute AS a
JOIN pim_product AS p ON p.pim = a.system AND p.sku = a.sku
LEFT JOIN pim_item AS k ON k.pim = p.pim AND k.sku = p.sku
WHERE a.value IS NULL AND p.active AND (a.system, a.field) IN (FROM required_field)
GROUP BY p.from_pim, p.sku
