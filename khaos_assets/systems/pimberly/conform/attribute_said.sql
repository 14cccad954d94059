-- Read out of the attributes once, for `item`, `item_attribute` and `price`.
SELECT 'pimberly' AS system, id AS source_key, field, unit, raw, number, value
FROM product_values('pimberly', 'wire.pimberly_products')
