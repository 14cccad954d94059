-- Products, parents and variants. An attribute that was asked for and did not come is empty.
WITH bundles AS (
    SELECT DISTINCT id
    FROM (SELECT id, unnest(relationships) AS r FROM wire.plytix_products)
    WHERE coalesce(r.label, r.relationship_label) IN (SELECT unnest(getvariable('plytix_bundle_relationships')::VARCHAR[]))
        AND len(r.related_products) > 0
),
told AS (
    SELECT p.*, bundles.id IS NOT NULL AS is_bundle,
        attribute_named(p.attributes, getvariable('plytix_live_attribute')).value AS live_flag
    FROM wire.plytix_products AS p
    LEFT JOIN bundles USING (id)
)
SELECT
    'plytix' AS system,
    t.id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'plytix' AND entity = 'products') AS snapshot,
    t.sku,
    t.id AS item_id,
    CASE
        WHEN t.parent_id IS NOT NULL THEN 'style_child'
        WHEN t.num_variations > 0 OR t.product_level = 1 THEN 'style_parent'
        WHEN t.is_bundle THEN 'pack'
        ELSE 'simple'
    END AS kind,
    parent.sku AS parent_sku,
    t.parent_id,
    list_contains(getvariable('plytix_ready_statuses')::VARCHAR[], t.status) AS active,
    CASE WHEN getvariable('plytix_live_attribute') <> '' THEN coalesce(lower(t.live_flag) IN ('true', 'yes', '1'), FALSE) END AS live,
    list_contains(getvariable('plytix_archived_statuses')::VARCHAR[], t.status) AS archived,
    CASE WHEN t.gtin <> '' THEN [t.gtin] ELSE [] END AS barcodes,
    f.description,
    f.long_description,
    f.weight_kg,
    f.height,
    f.width,
    f.depth,
    f.commodity_code,
    f.country_of_origin,
    f.tax_code,
    f.vat_percent,
    f.cost,
    f.price,
    t.modified AS changed_at
FROM told AS t
LEFT JOIN product_fields('plytix', 'attribute_said') AS f ON f.id = t.id
LEFT JOIN wire.plytix_products AS parent ON parent.id = t.parent_id
