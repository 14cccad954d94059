-- Read out of the attributes once, for `item`, `item_attribute` and `price`.
SELECT 'plytix' AS system, id AS source_key, field, unit, raw, number, value
FROM product_values('plytix', 'wire.plytix_products')
