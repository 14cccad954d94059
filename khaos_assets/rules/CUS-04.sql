-- CUS-04 Account profile out of date. Name, terms and price list of a customer as in Khaos, and no enabled user while the account
-- is on stop or its orders are held? Expected: either record changed inside the attribute lag.
-- Not caught: terms and customer groups without a mapping; customers on several accounts (CUS-01) or on none (CUS-02).

-- name: population
SELECT 'khaos>orocommerce' AS systems, customer AS record_key, '' AS scope,
    coalesce(name = shop_name, TRUE) AND coalesce(terms = shop_terms, TRUE)
        AND coalesce(list_contains(price_lists, shop_price_list), TRUE) AND NOT (held AND user_enabled) AS holds
FROM customer_profile

-- name: exceptions
WITH wrong AS (
    SELECT *, list_filter([
        CASE WHEN held AND user_enabled THEN {'field': 'hold', 'khaos': 'held', 'shop': 'enabled'} END,
        CASE WHEN name <> shop_name THEN {'field': 'name', 'khaos': name, 'shop': shop_name} END,
        CASE WHEN NOT list_contains(price_lists, shop_price_list)
             THEN {'field': 'price_list', 'khaos': array_to_string(price_lists, ' or '), 'shop': shop_price_list} END,
        CASE WHEN terms <> shop_terms THEN {'field': 'terms', 'khaos': terms, 'shop': shop_terms} END
    ], lambda f: f IS NOT NULL) AS fields
    FROM customer_profile
)
SELECT 'khaos>orocommerce' AS systems, 'customers' AS entity, customer AS record_key,
    array_to_string(list_transform(fields, lambda f: f.field), '+') AS field,
    account AS counterpart_key,
    array_to_string(list_transform(fields, lambda f: f.khaos), ', ') AS expected_value,
    array_to_string(list_transform(fields, lambda f: f.shop), ', ') AS actual_value,
    'account ' || account AS reason,
    changed_at AS observed_at, khaos_snapshot AS expected_snapshot, snapshot AS actual_snapshot,
    CASE WHEN changed_at > getvariable('as_of') - getvariable('attribute_lag') THEN 'expected' ELSE 'open' END AS state,
    json_object('differences', fields) AS evidence
FROM wrong
WHERE len(fields) > 0
