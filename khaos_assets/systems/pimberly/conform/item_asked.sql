-- Products that went missing from a feed view, asked for by primary id (what a channel lacks is not deleted). And records
-- that were set aside: they are there, whatever is wrong with them.
SELECT 'pimberly' AS system, sku, bool_or(found) AS found
FROM (
    SELECT primary_id AS sku, found FROM wire.pimberly_products_asked WHERE getvariable('pimberly_view') = 'feed'
    UNION ALL
    SELECT coalesce(text_in(raw, 'primaryId'), text_in(raw, 'Primary ID')), TRUE
    FROM quarantine WHERE system = 'pimberly' AND entity = 'products'
)
WHERE sku IS NOT NULL AND sku NOT IN (SELECT primary_id FROM wire.pimberly_products)
GROUP BY sku
