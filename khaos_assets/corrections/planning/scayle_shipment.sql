-- Orders that Khaos has sent whole and SCAYLE shows as open (ORD-07): one parcel with all items that are not cancelled.
-- Left out: several parcels, items that were shipped before, a carrier without a name there. Nothing undoes a shipment.
WITH carrier AS (
    SELECT courier, min(carrier_service) AS key FROM map_courier GROUP BY courier HAVING count(*) = 1
),
wanted AS (
    SELECT c.case_key, count(DISTINCT e.tracking) AS parcels, min(e.tracking) AS number, min(e.courier) AS courier
    FROM open_case AS c
    JOIN expected_tracking AS e ON e.channel = 'scayle' AND e.reference = c.record_key
    WHERE c.code = 'ORD-07' AND c.systems = 'khaos>scayle'
    GROUP BY c.case_key
)
SELECT c.case_key, 'scayle.shipment' AS write, 42 AS rank,
    {'shop': r.shop_country.shop_key, 'country': r.shop_country.country_code, 'order_id': r.id::VARCHAR, 'carrier': k.key, 'shipment_key': w.number,
     'items': array_to_string(list_transform(list_filter(r.items, lambda i: i.status <> 'cancelled' AND i.cancelled_at IS NULL), lambda i: i.id::VARCHAR), '+')} AS target,
    c.record_key AS record, 'shipment' AS field, NULL::VARCHAR AS before, w.number AS after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/order_lines', 'khaos/sales_orders', 'scayle/orders'] AS rests_on,
    json_object('shipped_on', c.evidence::JSON ->> 'shipped_on', 'khaos', c.expected_snapshot, 'scayle', c.actual_snapshot) AS evidence,
    CASE
        WHEN w.parcels IS NULL THEN 'no tracking number is known, and a parcel is named by it'
        WHEN w.parcels > 1 THEN 'it left in several parcels'
        WHEN k.key IS NULL THEN 'its courier has no single name on the channel'
        WHEN len(coalesce(r.packages, [])) > 0 OR len(list_filter(r.items, lambda i: i.shipped_at IS NOT NULL)) > 0
            THEN 'some of it is shipped there already: no call changes a parcel'
    END AS left_out
FROM open_case AS c
JOIN channel_order AS o ON o.channel = 'scayle' AND o.reference = c.record_key
JOIN wire.scayle_orders AS r ON r.id::VARCHAR = o.order_key
LEFT JOIN wanted AS w USING (case_key)
LEFT JOIN carrier AS k USING (courier)
WHERE c.code = 'ORD-07' AND c.systems = 'khaos>scayle'
