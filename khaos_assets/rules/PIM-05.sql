-- PIM-05 Variant under the wrong parent. Is Khaos's style parent among the parents that the PIM gives a variant?
-- Not caught: variants without a style in Khaos, or without any parent that is in the PIM.

-- name: population
SELECT to_pim AS systems, sku AS record_key, '' AS scope, same_parent AS holds
FROM variant
WHERE khaos_parent IS NOT NULL AND parent_named AND NOT parent_set_aside

-- name: exceptions
WITH named AS (
    SELECT pim, sku, list(DISTINCT parent_sku ORDER BY parent_sku) AS parents
    FROM variant_parent
    WHERE present
    GROUP BY pim, sku
)
SELECT v.to_pim AS systems, 'products' AS entity, v.sku AS record_key, 'parent' AS field,
    v.khaos_parent AS counterpart_key,
    v.khaos_parent AS expected_value, array_to_string(n.parents, ' | ') AS actual_value,
    'another parent in Khaos' AS reason,
    v.changed_at AS observed_at, v.khaos_snapshot AS expected_snapshot, v.snapshot AS actual_snapshot,
    json_object('parents', n.parents) AS evidence,
    v.pim AS other, v.sku, v.sku AS other_sku
FROM variant AS v
JOIN named AS n USING (pim, sku)
WHERE NOT v.parent_set_aside AND NOT list_contains(n.parents, v.khaos_parent)
