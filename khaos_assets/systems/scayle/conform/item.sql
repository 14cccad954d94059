-- Variants are what is sold; their product says whether they are ready and live. A variant without a reference key has no
-- SKU: it goes by its id, which no stock code looks like.
WITH without_stock AS (
    SELECT variant_id, bool_or(sellable_without_stock) AS sells FROM wire.scayle_stocks GROUP BY variant_id
)
SELECT
    'scayle' AS system,
    v.id::VARCHAR AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'scayle' AND entity = 'variants') AS snapshot,
    coalesce(nullif(v.reference_key, ''), 'id:' || v.id) AS sku,
    v.id::VARCHAR AS item_id,
    CASE WHEN coalesce(v.is_composite, FALSE) OR coalesce(p.is_composite, FALSE) THEN 'pack' ELSE 'simple' END AS kind,
    v.product_id::VARCHAR AS parent_id,
    coalesce(list_contains(getvariable('scayle_active_states'), p.state), FALSE) AS active,
    list_contains(getvariable('scayle_live_states'), p.state) AS live,
    w.sells AS sells_without_stock,
    CASE WHEN v.ean <> '' THEN [v.ean] ELSE [] END AS barcodes
FROM wire.scayle_variants AS v
LEFT JOIN wire.scayle_products AS p ON p.id = v.product_id
LEFT JOIN without_stock AS w ON w.variant_id = v.id
