-- One row per product and configured field; no value = empty, or hidden from this key.
SELECT
    'pimberly' AS system,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'pimberly' AND entity = 'products') AS snapshot,
    p.primary_id AS sku,
    f.field,
    v.value,
    v.raw,
    p.date_updated AS changed_at
FROM wire.pimberly_products AS p
JOIN pim_attribute AS f ON f.system = 'pimberly'
LEFT JOIN attribute_said AS v ON v.system = 'pimberly' AND v.source_key = p.id AND v.field = f.field
