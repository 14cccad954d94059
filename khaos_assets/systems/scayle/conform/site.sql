SELECT 'scayle' AS system, reference_key AS place, FALSE AS is_default
FROM wire.scayle_warehouses
WHERE reference_key IS NOT NULL
