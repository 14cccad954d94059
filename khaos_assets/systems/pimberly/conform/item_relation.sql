-- Children below each of their parents, by the rows of both sides and by the calls; product sets, which carry no quantity.
WITH snapshot AS (
    SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'pimberly' AND entity = 'products'
),
products AS (SELECT DISTINCT primary_id FROM wire.pimberly_products),
parents AS (
    SELECT primary_id AS product, unnest(values_of(attribute_named(attributes, getvariable('pimberly_parents_attribute')))) AS parent
    FROM wire.pimberly_products
    UNION
    SELECT unnest(values_of(attribute_named(attributes, getvariable('pimberly_items_attribute')))), primary_id
    FROM wire.pimberly_products
    UNION
    SELECT product, parent FROM wire.pimberly_parents
    UNION
    SELECT item, product FROM wire.pimberly_items
),
sets AS (
    SELECT primary_id, attribute.name, unnest(values_of(attribute)) AS related
    FROM (SELECT primary_id, unnest(attributes) AS attribute FROM wire.pimberly_products)
    WHERE list_contains(getvariable('pimberly_bundle_attributes')::VARCHAR[], attribute.name)
        OR list_contains(getvariable('pimberly_linked_attributes')::VARCHAR[], attribute.name)
)
SELECT DISTINCT 'pimberly' AS system, (SELECT snapshot FROM snapshot) AS snapshot,
    CASE WHEN list_contains(getvariable('pimberly_bundle_attributes')::VARCHAR[], name) THEN 'pack' ELSE 'linked' END AS kind,
    primary_id AS parent_sku, related AS child_sku, primary_id AS parent_id
FROM sets
UNION ALL
SELECT 'pimberly', (SELECT snapshot FROM snapshot), 'scs', parent.primary_id, p.product, p.parent
FROM parents AS p
JOIN products AS child ON child.primary_id = p.product
LEFT JOIN products AS parent ON parent.primary_id = p.parent
