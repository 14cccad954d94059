-- Products. Active, ready and live are one: enabled. A kit is sold as a pack, a configurable product is a style's parent.
SELECT
    'orocommerce' AS system,
    id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'orocommerce' AND entity = 'products') AS snapshot,
    sku,
    id AS item_id,
    CASE product_type WHEN 'configurable' THEN 'style_parent' WHEN 'kit' THEN 'pack' ELSE 'simple' END AS kind,
    status = 'enabled' AS active,
    status = 'enabled' AS live,
    updated_at AS changed_at
FROM wire.orocommerce_products
