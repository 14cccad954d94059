-- Products that went missing from a feed view, asked for by primary id. What a channel lacks is not deleted.
SELECT 'pimberly' AS system, primary_id AS sku, bool_or(found) AS found
FROM wire.pimberly_products_asked
WHERE getvariable('pimberly_view') = 'feed' AND primary_id NOT IN (SELECT primary_id FROM wire.pimberly_products)
GROUP BY primary_id
