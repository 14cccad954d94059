-- Variants below their parent; bundles with quantities; other relationships without. A component that is not among the
-- products goes by its id, which no stock code looks like.
WITH snapshot AS (
    SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'plytix' AND entity = 'products'
),
related AS (
    SELECT id, sku, label, unnest(related_products) AS one
    FROM (
        SELECT id, sku, coalesce(r.label, r.relationship_label) AS label, r.related_products
        FROM (SELECT id, sku, unnest(relationships) AS r FROM wire.plytix_products)
    )
),
named AS (
    SELECT r.id, r.sku, coalesce(child.sku, r.one.product_id) AS child_sku, max(r.one.quantity) AS quantity,
        list_contains(getvariable('plytix_bundle_relationships')::VARCHAR[], r.label) AS is_bundle
    FROM related AS r
    LEFT JOIN wire.plytix_products AS child ON child.id = r.one.product_id
    GROUP BY ALL
)
SELECT 'plytix' AS system, (SELECT snapshot FROM snapshot) AS snapshot,
    CASE WHEN is_bundle THEN 'pack' ELSE 'linked' END AS kind,
    sku AS parent_sku, child_sku, CASE WHEN is_bundle THEN quantity END AS quantity, id AS parent_id
FROM named
UNION ALL
SELECT 'plytix', (SELECT snapshot FROM snapshot), 'scs', parent.sku, p.sku, NULL, p.parent_id
FROM wire.plytix_products AS p
LEFT JOIN wire.plytix_products AS parent ON parent.id = p.parent_id
WHERE p.parent_id IS NOT NULL
