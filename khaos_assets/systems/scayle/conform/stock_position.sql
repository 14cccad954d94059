-- Sellable units, never physical ones (contract 3.3). One row per merchant: a warehouse may have several.
-- Of a variant that was set aside nobody knows the SKU.
SELECT
    'scayle' AS system,
    concat_ws('/', s.variant_id, s.warehouse_reference_key, coalesce(s.merchant_reference_key, '')) AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'scayle' AND entity = 'stocks') AS snapshot,
    coalesce(nullif(v.reference_key, ''), 'id:' || s.variant_id) AS sku,
    s.warehouse_reference_key AS place,
    s.quantity,
    s.sellable_without_stock AS sells_without_stock,
    s.changed_at
FROM wire.scayle_stocks AS s
JOIN wire.scayle_variants AS v ON v.id = s.variant_id
