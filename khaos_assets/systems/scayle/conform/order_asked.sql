SELECT 'scayle' AS system, full_reference, found FROM wire.scayle_orders_asked
