-- PIM-06 Bundle structure differs. Has a bundle in the PIM the components of the Khaos pack, each as often?
-- Where one side has no bundle at all the reason is type. Not caught: linked relations; quantities that the wire does not
-- carry; components of builds, which no read gives; archived bundles.

-- name: population
SELECT 'khaos>' || pim AS systems, sku AS record_key, '' AS scope, same AS holds
FROM bundle

-- name: exceptions
WITH differing AS (
    SELECT pim, sku,
        string_agg(part || CASE WHEN khaos_units IS NULL THEN '' ELSE ' x ' || plain(khaos_units) END, ', ' ORDER BY part) FILTER (in_khaos) AS ours,
        string_agg(part || CASE WHEN pim_units IS NULL THEN '' ELSE ' x ' || plain(pim_units) END, ', ' ORDER BY part) FILTER (in_pim) AS theirs,
        list(part ORDER BY part) FILTER (in_pim <> in_khaos OR pim_units <> khaos_units) AS parts
    FROM bundle_part
    GROUP BY pim, sku
    HAVING count(*) FILTER (in_pim <> in_khaos OR pim_units <> khaos_units) > 0
)
SELECT 'khaos>' || d.pim AS systems, 'products' AS entity, d.sku AS record_key, 'components' AS field,
    coalesce(d.ours, 'no pack') AS expected_value, coalesce(d.theirs, 'no bundle') AS actual_value,
    CASE WHEN d.ours IS NULL OR d.theirs IS NULL THEN 'type' ELSE 'components' END AS reason,
    i.changed_at AS observed_at, i.khaos_snapshot AS expected_snapshot, i.snapshot AS actual_snapshot,
    json_object('differ', d.parts) AS evidence,
    d.pim AS other, d.sku, d.sku AS other_sku
FROM differing AS d
SEMI JOIN bundle AS b USING (pim, sku)
JOIN pim_item AS i USING (pim, sku)
