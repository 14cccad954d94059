-- As the shop writes its order numbers: without the prefix that they have in Khaos
SELECT 'orocommerce' AS system, reference AS full_reference, found
FROM wire.orocommerce_orders_asked
