-- Products of the key's view. An attribute that a full row lacks is empty, or hidden from this key.
-- The hierarchy is what the rows of both sides and the calls say; a listed parent goes before one that is nowhere.
WITH parents AS (
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
told AS (
    SELECT p.*,
        (SELECT coalesce(min(parent) FILTER (parent IN (SELECT primary_id FROM wire.pimberly_products)), min(parent))
         FROM parents WHERE product = p.primary_id) AS parent,
        EXISTS (FROM parents WHERE parents.parent = p.primary_id) AS has_items,
        values_of(attribute_named(p.attributes, getvariable('pimberly_type_attribute')))[1] AS type,
        values_of(attribute_named(p.attributes, getvariable('pimberly_stage_attribute')))[1] AS stage,
        len(list_filter(p.attributes, lambda a: list_contains(getvariable('pimberly_bundle_attributes')::VARCHAR[], a.name)
                                      AND len(values_of(a)) > 0)) > 0 AS is_bundle
    FROM wire.pimberly_products AS p
)
SELECT
    'pimberly' AS system,
    t.id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'pimberly' AND entity = 'products') AS snapshot,
    t.primary_id AS sku,
    t.id AS item_id,
    CASE
        WHEN t.parent IS NOT NULL THEN 'style_child'
        WHEN t.has_items OR list_contains(getvariable('pimberly_parent_types')::VARCHAR[], t.type) THEN 'style_parent'
        WHEN t.is_bundle THEN 'pack'
        ELSE 'simple'
    END AS kind,
    parent.primary_id AS parent_sku,
    t.parent AS parent_id,
    coalesce(list_contains(getvariable('pimberly_ready_stages')::VARCHAR[], t.stage), FALSE) AS active,
    list_contains(getvariable('pimberly_live_stages')::VARCHAR[], t.stage) AS live,
    list_contains(getvariable('pimberly_archived_stages')::VARCHAR[], t.stage) AS archived,
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
    t.date_updated AS changed_at
FROM told AS t
LEFT JOIN product_fields('pimberly', 'attribute_said') AS f ON f.id = t.id
LEFT JOIN (SELECT DISTINCT primary_id FROM wire.pimberly_products) AS parent ON parent.primary_id = t.parent
