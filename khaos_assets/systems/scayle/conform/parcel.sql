-- Tracking numbers. A shipment key is the merchant's name of a parcel and no number of a carrier.
SELECT DISTINCT
    'scayle' AS system,
    order_id::VARCHAR AS order_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'scayle' AND entity = 'orders') AS snapshot,
    package.tracking.id AS tracking,
    package.carrier_key AS courier
FROM (SELECT id AS order_id, unnest(packages) AS package FROM wire.scayle_orders)
WHERE package.tracking.id <> ''
