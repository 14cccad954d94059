-- One row per product and configured field; no value = empty, since the field was asked for.
SELECT
    'plytix' AS system,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'plytix' AND entity = 'products') AS snapshot,
    p.sku,
    f.field,
    v.value,
    v.raw,
    p.modified AS changed_at
FROM wire.plytix_products AS p
JOIN pim_attribute AS f ON f.system = 'plytix'
LEFT JOIN attribute_said AS v ON v.system = 'plytix' AND v.source_key = p.id AND v.field = f.field
