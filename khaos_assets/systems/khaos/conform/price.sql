SELECT
    'khaos' AS system,
    concat_ws('/', price_list, section, owner, coalesce(stock_code, stock_type), plain(qty_start)) AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'khaos' AND entity = 'price_lists') AS snapshot,
    stock_code AS sku,
    price_list,
    qty_start AS quantity_from,
    qty_end AS quantity_to,
    coalesce(calculated_price, amount_value) AS amount,
    is_net
FROM wire.khaos_price_lists
