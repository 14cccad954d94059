-- Sellable units, never physical ones (contract 3.3). One row per merchant: a warehouse may have several.
-- Of a variant that was set aside nobody knows the SKU.
WITH snapshot AS (
    SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'scayle' AND entity = 'stocks'
),
set_aside AS (
    SELECT key, key_readable, CASE WHEN json_valid(raw) THEN json_extract_string(raw, '$.askedVariant') END AS variant_id
    FROM quarantine WHERE system = 'scayle' AND entity = 'stocks'
)
SELECT
    'scayle' AS system,
    concat_ws('/', s.variant_id, s.warehouse_reference_key, coalesce(s.merchant_reference_key, '')) AS source_key,
    (SELECT snapshot FROM snapshot) AS snapshot,
    coalesce(nullif(v.reference_key, ''), 'id:' || s.variant_id) AS sku,
    s.warehouse_reference_key AS place,
    s.quantity,
    s.sellable_without_stock AS sells_without_stock,
    s.changed_at
FROM wire.scayle_stocks AS s
JOIN wire.scayle_variants AS v ON v.id = s.variant_id
UNION ALL BY NAME
-- A row that was set aside makes the sum of its variant unknown: in its warehouse, or in any it may belong to
SELECT 'scayle' AS system, q.key || ' in ' || place AS source_key, (SELECT snapshot FROM snapshot) AS snapshot,
    coalesce(nullif(v.reference_key, ''), 'id:' || v.id) AS sku, place
FROM set_aside AS q
JOIN wire.scayle_variants AS v
    ON v.id::VARCHAR = CASE WHEN q.key_readable THEN split_part(q.key, '/', 1) ELSE q.variant_id END
JOIN (SELECT DISTINCT warehouse_reference_key AS place FROM wire.scayle_stocks)
    ON NOT q.key_readable OR starts_with(q.key, v.id || '/' || place || '/')
