-- Values of channels and PIMs beside the mapping tables that must translate them.

CREATE OR REPLACE TABLE value_known AS
SELECT channel AS system, 'warehouse' AS map, warehouse AS value FROM map_warehouse
UNION SELECT split_part(market, '/', 1), 'market', market FROM market
UNION SELECT 'orocommerce', 'unit', unit FROM map_unit
UNION SELECT 'orocommerce', 'price_list', price_list FROM map_price_list
UNION SELECT s.system, 'courier', c.carrier_service FROM map_courier AS c, (VALUES ('scayle'), ('orocommerce')) AS s(system)
UNION SELECT s.system, 'payment_type', p.payment_type FROM known_payment_type AS p, (VALUES ('scayle'), ('orocommerce')) AS s(system)
UNION SELECT s.system, 'promotion_type', p.promotion_type FROM known_promotion_type AS p, (VALUES ('scayle'), ('orocommerce')) AS s(system)
UNION SELECT s.system, 'delivery_method', d.delivery_method FROM known_delivery_method AS d, (VALUES ('scayle'), ('orocommerce')) AS s(system)
UNION SELECT s.system, 'tax_code', l.label FROM map_tax_label AS l, (VALUES ('plytix'), ('pimberly')) AS s(system)
-- A rate is translated where some Khaos tax code has it
UNION SELECT 'scayle', 'tax_code', plain(percent) FROM tax_code;

-- One row per value. Of payments, promotions and delivery methods a merchant may keep no list: then none is wanted
CREATE OR REPLACE TABLE value_checked AS
SELECT v.system, v.map, v.value, min(v.entity) AS entity, any_value(k.value) IS NOT NULL AS known,
    count(v.order_key) > 0 AS on_orders
FROM value_met AS v
LEFT JOIN value_known AS k USING (system, map, value)
WHERE v.map NOT IN ('payment_type', 'promotion_type', 'delivery_method') OR (v.system, v.map) IN (SELECT system, map FROM value_known)
GROUP BY ALL;
