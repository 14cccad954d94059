-- Parcels. Which units lie in which is not read.
SELECT
    'scayle' AS system,
    order_id::VARCHAR AS order_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'scayle' AND entity = 'orders') AS snapshot,
    coalesce(package.shipment_key, package.tracking.id, '') AS shipment,
    package.carrier_key AS courier,
    nullif(package.tracking.id, '') AS tracking,
    london_date(package.shipped_at) AS shipped_on
FROM (SELECT id AS order_id, unnest(packages) AS package FROM wire.scayle_orders)
