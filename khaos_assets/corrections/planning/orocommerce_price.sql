-- Prices of Khaos's lists to the mapped lists of OroCommerce (FIN-07). Never below the cost, on the list's own basis.
WITH shown AS (
    SELECT p.sku, concat_ws('/', p.price_list_id, p.unit, plain(p.quantity), p.currency) AS scope, p.id, p.value, u.base_units,
        p.currency, count(*) OVER (PARTITION BY p.sku, p.price_list_id, p.unit, p.quantity, p.currency) AS rows
    FROM wire.orocommerce_product_prices AS p
    JOIN map_unit AS u ON u.unit = p.unit
)
SELECT c.case_key, 'orocommerce.price' AS write, 20 AS rank, {'id': s.id} AS target,
    c.record_key AS record, 'price' AS field, plain(s.value) AS before, c.expected_value AS after,
    NULL::DECIMAL(28, 5) AS units,
    ((k.cost.num * 10000 // k.cost.den)::DECIMAL(20, 0) * 0.0001 * s.base_units / r.rate
     * CASE WHEN c.evidence::JSON ->> 'basis' = 'gross' THEN 1 + i.vat_percent / 100 ELSE 1 END)::DECIMAL(28, 4) AS floor,
    ['khaos/price_lists', 'khaos/stock_items', 'orocommerce/price_lists', 'orocommerce/product_prices'] AS rests_on,
    json_object('list', c.scope, 'khaos_list', c.evidence::JSON ->> 'khaos_list', 'khaos', c.expected_snapshot, 'orocommerce', c.actual_snapshot) AS evidence,
    CASE
        WHEN s.rows > 1 THEN 'the list has it several times'
        WHEN k.cost.num IS NULL OR r.rate IS NULL THEN 'its cost in the currency of the list is not known'
    END AS left_out
FROM open_case AS c
JOIN shown AS s ON s.sku = c.record_key AND s.scope = c.scope
LEFT JOIN item AS i ON i.system = 'khaos' AND i.sku = c.counterpart_key
LEFT JOIN item_cost AS k ON k.sku = c.counterpart_key
LEFT JOIN rate_of_period AS r ON r.currency = s.currency
WHERE c.code = 'FIN-07'
