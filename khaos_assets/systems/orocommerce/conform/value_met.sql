-- Units, warehouses, price lists, markets, delivery methods and carriers that OroCommerce speaks of. Which of them a person has
-- translated is a matter of the mappings.
SELECT DISTINCT 'orocommerce' AS system, 'inventory_levels' AS entity, 'unit' AS map, unit AS value, NULL AS order_key
FROM wire.orocommerce_inventory_levels
UNION
SELECT 'orocommerce', 'inventory_levels', 'warehouse', warehouse, NULL FROM wire.orocommerce_inventory_levels WHERE warehouse <> ''
UNION
SELECT 'orocommerce', 'product_prices', 'unit', unit, NULL FROM wire.orocommerce_product_prices
UNION
SELECT 'orocommerce', 'order_line_items', 'unit', unit, order_key FROM order_line WHERE system = 'orocommerce' AND unit <> ''
UNION
SELECT 'orocommerce', 'price_lists', 'price_list', id, NULL FROM wire.orocommerce_price_lists
UNION
SELECT 'orocommerce', 'product_prices', 'market', 'orocommerce/' || currency, NULL FROM wire.orocommerce_product_prices
UNION
SELECT 'orocommerce', 'orders', 'market', 'orocommerce/' || currency, id FROM wire.orocommerce_orders
UNION
SELECT 'orocommerce', 'orders', 'delivery_method', shipping_method, id FROM wire.orocommerce_orders WHERE shipping_method <> ''
UNION
SELECT 'orocommerce', 'shipping_trackings', 'courier', method, unnest(order_ids)
FROM wire.orocommerce_shipping_trackings WHERE method <> ''
