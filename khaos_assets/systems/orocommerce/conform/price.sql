-- Prices by list, unit and quantity. With or without tax is a setting of the shop (contract 3.7).
SELECT
    'orocommerce' AS system,
    p.id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'orocommerce' AND entity = 'product_prices') AS snapshot,
    p.sku,
    p.price_list_id AS price_list,
    'group' AS kind,
    'orocommerce/' || p.currency AS market,
    l.active,
    p.unit,
    p.quantity AS quantity_from,
    p.value AS amount,
    p.currency,
    NOT coalesce((SELECT bool_or(prices_include_tax) FROM channel WHERE channel = 'orocommerce'), FALSE) AS is_net
FROM wire.orocommerce_product_prices AS p
LEFT JOIN wire.orocommerce_price_lists AS l ON l.id = p.price_list_id
