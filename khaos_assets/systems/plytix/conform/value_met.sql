-- Tax codes of products (from `item`, filled before): which VAT percentage one means is a matter of the mappings.
SELECT DISTINCT 'plytix' AS system, 'products' AS entity, 'tax_code' AS map, tax_code AS value
FROM item WHERE system = 'plytix' AND tax_code IS NOT NULL
