-- Khaos stock items. A style child takes its parent's prices and their basis where it has none (contract 3.3).
WITH snapshot AS (
    SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'khaos' AND entity = 'stock_items'
),
packs AS (
    SELECT DISTINCT i.stock_code FROM wire.khaos_stock_items AS i, unnest(i.links) AS l(link) WHERE l.link.link_type = 3
),
builds AS (
    SELECT DISTINCT stock_code FROM wire.khaos_stock_levels WHERE build_potential_children IS NOT NULL
),
priced AS (
    SELECT i.*,
        coalesce(i.vat_percent, parent.vat_percent, getvariable('home_vat_percent')) AS vat,
        coalesce(i.buy_price, parent.buy_price) AS buy,
        coalesce(i.buy_price_is_net, parent.buy_price_is_net) AS buy_is_net,
        coalesce(i.sell_price_web, i.sell_price, parent.sell_price_web, parent.sell_price) AS sell,
        coalesce(i.sell_price, parent.sell_price) AS shop_sell,
        coalesce(i.sell_price_web, parent.sell_price_web) AS web_sell,
        coalesce(i.sell_price_is_net, parent.sell_price_is_net) AS sell_is_net
    FROM wire.khaos_stock_items AS i
    LEFT JOIN wire.khaos_stock_items AS parent ON parent.stock_code = i.parent_code
)
SELECT
    'khaos' AS system,
    p.stock_code AS source_key,
    (SELECT snapshot FROM snapshot) AS snapshot,
    p.stock_code AS sku,
    p.stock_id AS item_id,
    CASE
        WHEN p.is_style_parent THEN 'style_parent'
        WHEN packs.stock_code IS NOT NULL THEN 'pack'
        WHEN builds.stock_code IS NOT NULL THEN 'build'
        WHEN NOT coalesce(p.stock_controlled, TRUE) THEN 'not_stocked'
        WHEN p.parent_code IS NOT NULL THEN 'style_child'
        ELSE 'simple'
    END AS kind,
    p.parent_code AS parent_sku,
    NOT p.discontinued AS active,
    p.web AS on_web,
    p.discontinued,
    p.stock_controlled,
    p.run_to_zero,
    p.other_ref,
    list_transform(p.barcodes, lambda b: b.barcode) AS barcodes,
    p.stock_desc AS description,
    p.long_desc AS long_description,
    p.weight_kg, p.height, p.width, p.depth,
    p.country_of_manufacture AS country_of_origin,
    p.vat AS vat_percent,
    net_fraction(p.buy, NOT p.buy_is_net, p.vat) AS cost,
    net_fraction(p.sell, NOT p.sell_is_net, p.vat) AS price,
    net_fraction(p.shop_sell, NOT p.sell_is_net, p.vat) AS sell_price,
    net_fraction(p.web_sell, NOT p.sell_is_net, p.vat) AS web_price,
    p.safe_level,
    p.max_display_qty AS max_display,
    list_filter(p.style_values, lambda v: lower(v.heading) LIKE '%size%')[1].value AS style_size,
    list_filter(p.style_values, lambda v: lower(v.heading) LIKE '%colo%')[1].value AS style_colour,
    map_from_entries(list_distinct(list_transform(p.user_defined, lambda u: {'key': u.name, 'value': u.value}))) AS attributes,
    p.last_updated AS changed_at
FROM priced AS p
LEFT JOIN packs USING (stock_code)
LEFT JOIN builds USING (stock_code)
