-- Products that went missing, asked for by id; a SKU that another product has now is not missing. And records that were set
-- aside: they are there, whatever is wrong with them.
SELECT 'plytix' AS system, sku, bool_or(found) AS found
FROM (
    SELECT sku, found FROM wire.plytix_products_asked
    UNION ALL
    SELECT text_in(raw, 'sku'), TRUE FROM quarantine WHERE system = 'plytix' AND entity = 'products'
)
WHERE sku IS NOT NULL AND sku NOT IN (SELECT sku FROM wire.plytix_products)
GROUP BY sku
