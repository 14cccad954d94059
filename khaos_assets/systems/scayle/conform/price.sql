-- Gross, in minor units. A price names a country and no shop, so it holds in every shop that sells there.
SELECT
    'scayle' AS system,
    concat_ws('/', p.variant_id, p.key, s.shop_key, s.country_code) AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'scayle' AND entity = 'prices') AS snapshot,
    coalesce(nullif(v.reference_key, ''), 'id:' || p.variant_id) AS sku,
    coalesce(nullif(p.promotion_key, ''), nullif(p.group_key, ''), '') AS price_list,
    CASE WHEN p.promotion_key <> '' THEN 'promotion' WHEN p.group_key <> '' THEN 'group' ELSE 'base' END AS kind,
    'scayle/' || s.shop_key || '/' || upper(s.country_code) AS market,
    coalesce(p.valid_from <= getvariable('as_of'), TRUE) AND coalesce(p.valid_to > getvariable('as_of'), TRUE) AS active,
    p.price * 0.01 AS amount,
    p.currency_code AS currency,
    FALSE AS is_net,
    p.tax AS vat_percent,
    p.valid_from,
    p.valid_to
FROM wire.scayle_prices AS p
JOIN wire.scayle_variants AS v ON v.id = p.variant_id
LEFT JOIN wire.scayle_shops AS s ON p.country_code IS NULL OR upper(s.country_code) = upper(p.country_code)
