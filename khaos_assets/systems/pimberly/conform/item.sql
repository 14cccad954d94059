-- Products of the key's view. An attribute that a full row lacks is empty, or hidden from this key.
WITH said AS (
    SELECT id,
        map_from_entries(list({'key': field, 'value': value})) AS text,
        map_from_entries(list({'key': field, 'value': number})) AS number,
        map_from_entries(list({'key': field, 'value': unit})) AS unit
    FROM product_values('pimberly', 'wire.pimberly_products')
    GROUP BY id
),
-- The hierarchy, by the rows of both sides and by the calls
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
told AS (
    SELECT p.*, said.text, said.number, said.unit,
        (SELECT coalesce(min(parent) FILTER (parent IN (SELECT primary_id FROM wire.pimberly_products)), min(parent))
         FROM parents WHERE product = p.primary_id) AS parent,
        EXISTS (FROM parents WHERE parents.parent = p.primary_id) AS has_items,
        values_of(attribute_named(p.attributes, getvariable('pimberly_type_attribute')))[1] AS type,
        values_of(attribute_named(p.attributes, getvariable('pimberly_stage_attribute')))[1] AS stage,
        len(list_filter(p.attributes, lambda a: list_contains(getvariable('pimberly_bundle_attributes')::VARCHAR[], a.name)
                                      AND len(values_of(a)) > 0)) > 0 AS is_bundle,
        (SELECT percent FROM map_tax_label WHERE label = said.text['tax_code']) AS vat
    FROM wire.pimberly_products AS p
    LEFT JOIN said USING (id)
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
    t.text['description'] AS description,
    t.text['long_description'] AS long_description,
    t.number['weight'] AS weight_kg,
    t.number['height'] AS height,
    t.number['width'] AS width,
    t.number['depth'] AS depth,
    t.text['commodity_code'] AS commodity_code,
    t.text['country_of_origin'] AS country_of_origin,
    t.text['tax_code'] AS tax_code,
    t.vat AS vat_percent,
    net_fraction(money_in(t.number['cost']), t.unit['cost'] = 'gross', coalesce(t.vat, getvariable('home_vat_percent'))) AS cost,
    net_fraction(money_in(t.number['price']), t.unit['price'] = 'gross', coalesce(t.vat, getvariable('home_vat_percent'))) AS price,
    map_from_entries(list_transform(t.attributes, lambda a: {'key': a.name, 'value': a.value})) AS attributes,
    t.date_updated AS changed_at
FROM told AS t
LEFT JOIN (SELECT DISTINCT primary_id FROM wire.pimberly_products) AS parent ON parent.primary_id = t.parent
