-- Rows of price lists. Their basis and currency stand on the accounts that have them (contract 3.6), where all agree
WITH basis AS (
    SELECT list.name, min(list.is_net) AS is_net, min(coalesce(list.currency_code, 'GBP')) AS currency
    FROM (SELECT unnest(price_lists) AS list FROM wire.khaos_customers)
    GROUP BY list.name
    HAVING count(DISTINCT list.is_net) = 1 AND count(DISTINCT coalesce(list.currency_code, 'GBP')) = 1
)
SELECT
    'khaos' AS system,
    concat_ws('/', price_list, section, owner, coalesce(stock_code, stock_type), plain(qty_start)) AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'khaos' AND entity = 'price_lists') AS snapshot,
    stock_code AS sku,
    price_list,
    qty_start AS quantity_from,
    qty_end AS quantity_to,
    coalesce(calculated_price, amount_value) AS amount,
    b.currency,
    coalesce(p.is_net, b.is_net) AS is_net
FROM wire.khaos_price_lists AS p
LEFT JOIN basis AS b ON b.name = p.price_list
