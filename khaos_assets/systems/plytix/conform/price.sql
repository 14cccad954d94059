-- The price attribute: pounds, at the basis that merchant.toml says, for the home market.
SELECT
    'plytix' AS system,
    p.id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'plytix' AND entity = 'products') AS snapshot,
    p.sku,
    '' AS price_list,
    'base' AS kind,
    TRUE AS active,
    f.price_amount AS amount,
    'GBP' AS currency,
    f.price_is_net AS is_net,
    f.vat_percent
FROM wire.plytix_products AS p
JOIN product_fields('plytix', 'attribute_said') AS f ON f.id = p.id AND f.price_amount IS NOT NULL
