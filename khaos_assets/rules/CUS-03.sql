-- CUS-03 Order on the wrong account. Does the Khaos order stand on the account that keeps the identifier of the OroCommerce
-- customer who ordered?
-- Not caught: configured branches of that account; customers that no account keeps (CUS-02).

-- name: population
SELECT systems, reference AS record_key, '' AS scope, right_account AS holds
FROM order_account

-- name: exceptions
SELECT o.systems, 'sales_orders' AS entity, o.reference AS record_key, 'account' AS field, o.khaos_key AS counterpart_key,
    array_to_string(o.khaos_accounts, ' or ') AS expected_value, o.khaos_account AS actual_value,
    'the customer is ' || o.customer AS reason,
    pounds(o.net_gbp) AS amount_gbp,
    o.changed_at AS observed_at, o.snapshot AS expected_snapshot, o.khaos_snapshot AS actual_snapshot,
    json_object('customer', o.customer, 'identifier', o.identifier) AS evidence,
    o.channel AS other, o.reference
FROM order_account AS o
ANTI JOIN account_branch AS b ON b.account = o.khaos_account
    AND b.family IN (SELECT family FROM account_branch WHERE account = o.khaos_accounts[1])
WHERE NOT list_contains(o.khaos_accounts, o.khaos_account)
