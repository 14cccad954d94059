-- The owner's price to SCAYLE (FIN-08), gross and in minor units. Never below the cost.
-- Left out: several base prices in force for the market, a price that holds in several countries.
WITH in_force AS (
    SELECT coalesce(nullif(v.reference_key, ''), 'id:' || v.id) AS sku, w.market || '/' || p.currency_code AS scope,
        any_value(p) AS price, count(*) AS rows
    FROM wire.scayle_prices AS p
    JOIN wire.scayle_variants AS v ON v.id = p.variant_id
    JOIN (SELECT DISTINCT 'scayle/' || shop_key || '/' || upper(country_code) AS market, upper(country_code) AS country FROM wire.scayle_shops) AS w
        ON p.country_code IS NULL OR w.country = upper(p.country_code)
    WHERE coalesce(p.promotion_key, '') = '' AND coalesce(p.group_key, '') = ''
        AND coalesce(p.valid_from <= getvariable('as_of'), TRUE) AND coalesce(p.valid_to > getvariable('as_of'), TRUE)
    GROUP BY ALL
)
SELECT c.case_key, 'scayle.price' AS write, 20 AS rank,
    {'variant_id': f.price.variant_id::VARCHAR, 'price_key': f.price.key, 'country': f.price.country_code, 'currency': f.price.currency_code,
     'tax': plain(f.price.tax), 'valid_from': strftime(f.price.valid_from, '%Y-%m-%dT%H:%M:%S.%fZ'), 'merchant': f.price.merchant_reference_key} AS target,
    c.record_key AS record, 'price' AS field, f.price.price::VARCHAR AS before,
    (c.expected_value::DECIMAL(28, 4) * 100)::BIGINT::VARCHAR AS after,
    NULL::DECIMAL(28, 5) AS units,
    ((k.cost.num * 10000 // k.cost.den)::DECIMAL(20, 0) * 0.0001 * 100 / r.rate * (1 + f.price.tax / 100))::DECIMAL(28, 4) AS floor,
    ['khaos/price_lists', 'khaos/stock_items', 'scayle/prices', 'scayle/shops', 'scayle/variants'] AS rests_on,
    json_object('market', c.scope, 'reason', c.reason, 'owner', c.expected_snapshot, 'scayle', c.actual_snapshot) AS evidence,
    CASE
        WHEN f.rows > 1 THEN 'several base prices are in force'
        WHEN f.price.country_code IS NULL THEN 'the price holds in every country'
        WHEN f.price.old_price IS NOT NULL THEN 'an old price stands beside it, which belongs to the price'
        WHEN f.price.tax IS NULL THEN 'the price has no tax rate'
        WHEN k.cost.num IS NULL OR r.rate IS NULL THEN 'its cost in the currency of the market is not known'
    END AS left_out
FROM open_case AS c
JOIN in_force AS f ON f.sku = c.record_key AND f.scope = c.scope
LEFT JOIN item_cost AS k ON k.sku = c.counterpart_key
LEFT JOIN rate_of_period AS r ON r.currency = f.price.currency_code
WHERE c.code = 'FIN-08' AND c.systems = 'khaos>scayle'
