-- Warehouses, markets, carriers, payments, promotions and VAT rates (in percent) that SCAYLE speaks of. Which of them a person
-- has translated is a matter of the mappings.
SELECT DISTINCT 'scayle' AS system, 'warehouses' AS entity, 'warehouse' AS map, reference_key AS value, NULL AS order_key
FROM wire.scayle_warehouses WHERE reference_key <> ''
UNION
SELECT 'scayle', 'stocks', 'warehouse', warehouse_reference_key, NULL FROM wire.scayle_stocks
UNION
SELECT 'scayle', 'shops', 'market', 'scayle/' || shop_key || '/' || upper(country_code), NULL FROM wire.scayle_shops
UNION
SELECT 'scayle', 'orders', 'market', market, source_key FROM sales_order WHERE system = 'scayle'
UNION
SELECT 'scayle', 'orders', 'courier', package.carrier_key, id::VARCHAR
FROM (SELECT id, unnest(packages) AS package FROM wire.scayle_orders) WHERE package.carrier_key <> ''
UNION
SELECT 'scayle', 'orders', 'payment_type', payment.key, id::VARCHAR
FROM (SELECT id, unnest(payment) AS payment FROM wire.scayle_orders) WHERE payment.key <> ''
UNION
SELECT 'scayle', 'orders', 'promotion_type', reduction.category, id::VARCHAR
FROM (
    SELECT id, unnest(list_concat(
        cost.applied_reductions, flatten(list_transform(items, lambda i: i.price.applied_reductions)))) AS reduction
    FROM wire.scayle_orders
)
WHERE reduction.category <> ''
UNION
SELECT 'scayle', 'orders', 'tax_code', plain(vat_percent), order_key
FROM order_line WHERE system = 'scayle' AND vat_percent IS NOT NULL AND NOT coalesce(cancelled, FALSE)
