-- FIN-06 Company or currency wrong. Is the order in the currency, and on an account of the company class, mapped for its market?
-- Not caught: markets without a mapping (MAP-01); the class of an account that could not be read.

-- name: population
SELECT o.to_khaos AS systems, o.reference AS record_key, '' AS scope,
    o.khaos_currency = m.currency AND coalesce(o.company_class = m.company_class, TRUE) AS holds
FROM channel_order AS o
JOIN market AS m USING (market)
WHERE o.khaos_lives AND o.status <> 'cancelled'

-- name: exceptions
WITH wrong AS (
    SELECT o.*, m.currency AS right_currency, m.company_class AS right_class,
        CASE WHEN o.khaos_currency <> m.currency THEN 'currency' END AS wrong_currency,
        CASE WHEN o.company_class <> m.company_class THEN 'company_class' END AS wrong_class
    FROM channel_order AS o
    JOIN market AS m ON m.market = o.market
    WHERE o.khaos_lives AND o.status <> 'cancelled'
)
SELECT to_khaos AS systems, 'sales_orders' AS entity, reference AS record_key,
    concat_ws('+', wrong_class, wrong_currency) AS field,
    khaos_key AS counterpart_key,
    concat_ws(', ', CASE WHEN wrong_class IS NOT NULL THEN right_class END, CASE WHEN wrong_currency IS NOT NULL THEN right_currency END) AS expected_value,
    concat_ws(', ', CASE WHEN wrong_class IS NOT NULL THEN company_class END, CASE WHEN wrong_currency IS NOT NULL THEN khaos_currency END) AS actual_value,
    'not what is mapped for ' || market AS reason,
    pounds(net_gbp) AS amount_gbp,
    changed_at AS observed_at, snapshot AS expected_snapshot, khaos_snapshot AS actual_snapshot,
    json_object('market', market, 'account', khaos_account) AS evidence,
    channel AS other, reference
FROM wrong
WHERE wrong_class IS NOT NULL OR wrong_currency IS NOT NULL
