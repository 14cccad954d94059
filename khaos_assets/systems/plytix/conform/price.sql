-- The price attribute: pounds, at the basis that merchant.toml says, for the home market.
SELECT
    'plytix' AS system,
    p.id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'plytix' AND entity = 'products') AS snapshot,
    p.sku,
    '' AS price_list,
    'base' AS kind,
    TRUE AS active,
    money_in(v.number) AS amount,
    'GBP' AS currency,
    v.unit = 'net' AS is_net,
    l.percent AS vat_percent
FROM wire.plytix_products AS p
JOIN product_values('plytix', 'wire.plytix_products') AS v ON v.id = p.id AND v.field = 'price' AND money_in(v.number) IS NOT NULL
LEFT JOIN product_values('plytix', 'wire.plytix_products') AS t ON t.id = p.id AND t.field = 'tax_code'
LEFT JOIN map_tax_label AS l ON l.label = t.value
