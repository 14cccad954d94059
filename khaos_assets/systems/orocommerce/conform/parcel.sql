-- A parcel may serve several orders (contract 3.5)
SELECT DISTINCT
    'orocommerce' AS system,
    unnest(order_ids) AS order_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'orocommerce' AND entity = 'shipping_trackings') AS snapshot,
    number AS tracking,
    method AS courier
FROM wire.orocommerce_shipping_trackings
WHERE number <> ''
