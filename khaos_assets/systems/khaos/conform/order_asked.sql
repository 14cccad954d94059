SELECT 'khaos' AS system, associated_ref AS full_reference, bool_or(found) AS found
FROM wire.khaos_sales_orders_asked
GROUP BY ALL
