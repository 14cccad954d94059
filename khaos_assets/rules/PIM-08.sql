-- PIM-08 Live before the ERP knows it. Which products does a PIM show to customers that Khaos has no stock item of?
-- Not caught: a stock item that was set aside tonight; a parent type that the merchant does not keep as a stock item.

-- name: population
SELECT to_pim AS systems, sku AS record_key, '' AS scope,
    sku IN (SELECT sku FROM item WHERE system = 'khaos') OR sku IN (SELECT sku FROM there_unlisted WHERE system = 'khaos') AS holds
FROM pim_product
WHERE live AND NOT not_kept

-- name: exceptions
SELECT p.to_pim AS systems, 'products' AS entity, p.sku AS record_key, 'live' AS field,
    'not live' AS expected_value, 'live' AS actual_value, 'no such stock item in Khaos' AS reason,
    p.changed_at AS observed_at, p.snapshot AS actual_snapshot,
    json_object('ready', p.active, 'kind', p.kind) AS evidence,
    p.pim AS other, p.sku AS other_sku
FROM pim_product AS p
ANTI JOIN known_code AS k ON k.sku = p.sku
WHERE p.live AND NOT p.not_kept
