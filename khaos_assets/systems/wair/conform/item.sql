SELECT
    'wair' AS system,
    sku_id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'wair' AND entity = 'items') AS snapshot,
    sku_id AS sku,
    sku_id AS item_id,
    'simple' AS kind,
    style_id AS parent_id,
    active,
    NOT active AS archived,
    CASE WHEN barcode IS NOT NULL THEN [barcode] ELSE [] END AS barcodes,
    size AS style_size,
    colour AS style_colour,
    body_map.code AS body_map_code,
    body_map.size AS body_map_size,
    body_map.displayed AS body_map_displayed,
    body_map.reason AS body_map_reason,
    updated_at AS changed_at
FROM wire.wair_items
