-- A company's name as Khaos has it, to OroCommerce (CUS-04). Terms, price lists and users that should be blocked are set by hand.
SELECT c.case_key, 'orocommerce.customer_name' AS write, 70 AS rank, {'id': c.record_key} AS target,
    c.record_key AS record, 'name' AS field, c.actual_value AS before, c.expected_value AS after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/customers', 'orocommerce/customers'] AS rests_on,
    json_object('account', c.counterpart_key, 'khaos', c.expected_snapshot, 'orocommerce', c.actual_snapshot) AS evidence,
    CASE WHEN c.field <> 'name' THEN 'more than the name differs: ' || c.field END AS left_out
FROM open_case AS c
WHERE c.code = 'CUS-04' AND c.systems = 'khaos>orocommerce'
