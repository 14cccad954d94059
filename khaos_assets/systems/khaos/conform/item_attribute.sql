-- Fields that a product information system may own, as Khaos has them (from `item`, filled before); amounts are compared as
-- its fractions. Measures and the country of origin are exported by newer versions only: where no item has one, this
-- installation does not tell it.
WITH told AS (
    SELECT snapshot, sku, changed_at, unnest([
        {'field': 'description', 'raw': description, 'value': squeezed(description)},
        {'field': 'long_description', 'raw': long_description, 'value': squeezed(long_description)},
        {'field': 'country_of_origin', 'raw': country_of_origin, 'value': squeezed(country_of_origin)},
        {'field': 'tax_code', 'raw': plain(vat_percent), 'value': plain(vat_percent)},
        {'field': 'weight', 'raw': plain(weight_kg), 'value': plain(weight_kg)},
        {'field': 'height', 'raw': plain(height), 'value': plain(height)},
        {'field': 'width', 'raw': plain(width), 'value': plain(width)},
        {'field': 'depth', 'raw': plain(depth), 'value': plain(depth)}
    ], recursive := TRUE)
    FROM item
    WHERE system = 'khaos' AND (SELECT count(*) FROM pim_attribute) > 0
),
wanted AS MATERIALIZED (SELECT * FROM told WHERE field IN (SELECT field FROM pim_attribute))
SELECT 'khaos' AS system, snapshot, sku, field, value, raw, changed_at
FROM wanted
WHERE field NOT IN ('height', 'width', 'depth', 'country_of_origin')
    OR field IN (SELECT DISTINCT field FROM wanted WHERE value IS NOT NULL)
