-- Packs (link type 3) move with their quantity; other links carry no quantity; style children hang under their parent.
WITH snapshot AS (
    SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'khaos' AND entity = 'stock_items'
),
links AS (
    SELECT i.stock_code AS parent_sku, unnest(i.links) AS link FROM wire.khaos_stock_items AS i
)
SELECT 'khaos' AS system, (SELECT snapshot FROM snapshot) AS snapshot,
    CASE WHEN link.link_type = 3 THEN 'pack' ELSE 'linked' END AS kind,
    parent_sku, link.stock_code AS child_sku,
    CASE WHEN link.link_type = 3 THEN link.link_value END AS quantity
FROM links
UNION ALL
SELECT 'khaos', (SELECT snapshot FROM snapshot), 'scs', parent_code, stock_code, NULL
FROM wire.khaos_stock_items
WHERE parent_code IS NOT NULL
