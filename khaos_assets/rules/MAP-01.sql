-- MAP-01 Value without a mapping. Which couriers, WAIR locations, Khaos sites, warehouses, markets, units, price lists, payment
-- and promotion types, delivery methods and tax codes did the night bring that no table translates?
-- The amount is the net value (items and delivery) of open orders that carry the value; 0 where there are none.
-- Not caught: an empty carrier service (ORD-06); payments, promotions and delivery methods where the merchant keeps no list.

-- name: population
SELECT 'wair>khaos' AS systems, 'courier/' || carrier_service AS record_key, '' AS scope,
    bool_and(carrier_service IN (SELECT carrier_service FROM map_courier)) AS holds
FROM dispatch
WHERE system = 'wair' AND carrier_service <> ''
GROUP BY carrier_service
UNION ALL
SELECT 'wair>khaos', CASE system WHEN 'khaos' THEN 'site/' ELSE 'location/' END || place, '',
    place IN (SELECT CASE p.system WHEN 'khaos' THEN site ELSE location END FROM map_location)
FROM place_met AS p
UNION ALL
SELECT system || '>khaos', map || '/' || value, '', known FROM value_checked

-- name: exceptions
WITH unmapped AS (
    SELECT 'courier' AS map, d.carrier_service AS value, d.full_reference AS reference, d.snapshot
    FROM dispatch AS d ANTI JOIN map_courier AS m USING (carrier_service)
    WHERE d.system = 'wair' AND d.carrier_service <> ''
    UNION
    SELECT 'location', p.place, d.full_reference, p.snapshot
    FROM place_met AS p
    ANTI JOIN map_location AS m ON m.location = p.place
    LEFT JOIN dispatch AS d ON d.system = 'wair' AND d.place = p.place
    WHERE p.system = 'wair'
    UNION
    SELECT 'site', p.place, o.reference, p.snapshot
    FROM place_met AS p
    ANTI JOIN map_location AS m ON m.site = p.place
    LEFT JOIN order_sku AS o ON o.site = p.place
    WHERE p.system = 'khaos'
),
carried AS (
    SELECT u.map, u.value, min(u.snapshot) AS snapshot,
        list(DISTINCT o.reference ORDER BY o.reference) FILTER (o.is_open) AS orders
    FROM unmapped AS u
    LEFT JOIN order_by_reference AS o USING (reference)
    GROUP BY u.map, u.value
),
valued AS (
    -- Unknown (no rate, no total) is not zero
    SELECT c.map, c.value,
        CASE WHEN count(o.items_net * o.rate) = count(*) THEN sum((o.items_net + coalesce(o.delivery_net, 0)) * o.rate) END AS net
    FROM (SELECT map, value, unnest(orders) AS reference FROM carried) AS c
    JOIN order_by_reference AS o USING (reference)
    GROUP BY c.map, c.value
)
SELECT 'wair>khaos' AS systems,
    CASE c.map WHEN 'courier' THEN 'dispatches' WHEN 'location' THEN 'stock' ELSE 'sites' END AS entity,
    c.map || '/' || c.value AS record_key,
    c.value AS actual_value,
    'no entry in merchant.toml under mapping.' || CASE c.map WHEN 'courier' THEN 'couriers' ELSE 'locations' END AS reason,
    CASE WHEN c.orders IS NULL THEN 0 ELSE round(v.net, 2) END AS amount_gbp,
    c.snapshot AS actual_snapshot,
    json_object('open_orders', coalesce(c.orders[1:20], []), 'open_orders_count', coalesce(len(c.orders), 0)) AS evidence
FROM carried AS c
LEFT JOIN valued AS v USING (map, value)
UNION ALL BY NAME
SELECT v.system || '>khaos' AS systems, v.entity, v.map || '/' || v.value AS record_key,
    v.value AS actual_value,
    'no entry in merchant.toml under ' || CASE v.map
        WHEN 'market' THEN 'markets' WHEN 'tax_code' THEN CASE v.system WHEN 'scayle' THEN 'tax_codes' ELSE 'mapping.tax_labels' END
        ELSE 'mapping.' || v.map || 's' END AS reason,
    CASE WHEN v.on_orders AND k.channel IS NULL THEN NULL WHEN o.keys IS NULL THEN 0 ELSE pounds(o.net) END AS amount_gbp,
    r.snapshot AS actual_snapshot,
    json_object('open_orders', coalesce(o.keys[1:20], []), 'open_orders_count', coalesce(len(o.keys), 0)) AS evidence
FROM value_checked AS v
JOIN control_read AS r ON r.night = getvariable('night') AND r.system = v.system AND r.entity = v.entity
LEFT JOIN channel_orders_known AS k ON k.channel = v.system
LEFT JOIN (
    SELECT m.system, m.map, m.value, list(c.reference ORDER BY c.reference) AS keys, fraction_sum(list(c.net_gbp)) AS net
    FROM (SELECT DISTINCT system, map, value, order_key FROM value_met) AS m
    ANTI JOIN value_known AS n USING (system, map, value)
    JOIN channel_order AS c ON c.channel = m.system AND c.order_key = m.order_key AND c.khaos_open
    GROUP BY ALL
) AS o ON o.system = v.system AND o.map = v.map AND o.value = v.value
WHERE NOT v.known
