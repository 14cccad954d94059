-- PIM-04 Orphan variant. Which variants hang below a parent that the PIM lacks or has archived, or that Khaos does not know?
-- Not caught: archived variants; variants with another parent in order; a parent type that the merchant does not keep as a
-- stock item; a parent whose record was set aside tonight.

-- name: population
SELECT to_pim AS systems, sku AS record_key, '' AS scope, parent_set_aside OR parent_known AS holds
FROM variant

-- name: exceptions
WITH good AS (
    SELECT DISTINCT pim, sku FROM variant_parent WHERE set_aside OR (NOT archived AND known)
),
there AS (SELECT DISTINCT pim, sku FROM variant_parent WHERE present AND NOT archived)
SELECT v.to_pim AS systems, 'products' AS entity, v.sku AS record_key,
    string_agg(DISTINCT v.parent, '+' ORDER BY v.parent) AS counterpart_key,
    CASE WHEN any_value(t.sku) IS NULL THEN 'a parent in the PIM' ELSE 'a parent that Khaos knows' END AS expected_value,
    array_to_string(list_sort(list(DISTINCT v.parent || CASE WHEN v.archived THEN ' (archived)' ELSE '' END)), ' | ') AS actual_value,
    CASE WHEN any_value(t.sku) IS NULL THEN 'parent_missing_in_pim' ELSE 'parent_missing_in_khaos' END AS reason,
    any_value(v.changed_at) AS observed_at, any_value(v.snapshot) AS actual_snapshot,
    json_object('parents', list_sort(list(DISTINCT {'parent': v.parent, 'in_pim': v.present, 'archived': v.archived}))) AS evidence,
    any_value(v.pim) AS other, v.sku, v.sku AS other_sku
FROM variant_parent AS v
ANTI JOIN good AS g ON g.pim = v.pim AND g.sku = v.sku
LEFT JOIN there AS t ON t.pim = v.pim AND t.sku = v.sku
GROUP BY v.to_pim, v.sku
