-- Products that went missing, asked for by id. A SKU that another product has now is not missing.
SELECT 'plytix' AS system, sku, bool_or(found) AS found
FROM wire.plytix_products_asked
WHERE sku NOT IN (SELECT sku FROM wire.plytix_products)
GROUP BY sku
