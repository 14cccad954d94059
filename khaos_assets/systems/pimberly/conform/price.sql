-- The price attribute: pounds, at the basis that merchant.toml says, for the home market.
SELECT
    'pimberly' AS system,
    p.id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'pimberly' AND entity = 'products') AS snapshot,
    p.primary_id AS sku,
    '' AS price_list,
    'base' AS kind,
    TRUE AS active,
    f.price_amount AS amount,
    'GBP' AS currency,
    f.price_is_net AS is_net,
    f.vat_percent
FROM wire.pimberly_products AS p
JOIN product_fields('pimberly', 'attribute_said') AS f ON f.id = p.id AND f.price_amount IS NOT NULL
