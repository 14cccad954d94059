-- Products, parents and variants. An attribute that was asked for and did not come is empty.
WITH said AS (
    SELECT id,
        map_from_entries(list({'key': field, 'value': value})) AS text,
        map_from_entries(list({'key': field, 'value': number})) AS number,
        map_from_entries(list({'key': field, 'value': unit})) AS unit
    FROM product_values('plytix', 'wire.plytix_products')
    GROUP BY id
),
bundles AS (
    SELECT DISTINCT id
    FROM (SELECT id, unnest(relationships) AS r FROM wire.plytix_products)
    WHERE coalesce(r.label, r.relationship_label) IN (SELECT unnest(getvariable('plytix_bundle_relationships')::VARCHAR[]))
        AND len(r.related_products) > 0
),
told AS (
    SELECT p.*, said.text, said.number, said.unit, bundles.id IS NOT NULL AS is_bundle,
        (SELECT percent FROM map_tax_label WHERE label = said.text['tax_code']) AS vat,
        attribute_named(p.attributes, getvariable('plytix_live_attribute')).value AS live_flag
    FROM wire.plytix_products AS p
    LEFT JOIN said USING (id)
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
    t.modified AS changed_at
FROM told AS t
LEFT JOIN wire.plytix_products AS parent ON parent.id = t.parent_id
