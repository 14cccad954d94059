-- WAIR's tracking number in place of the one that Khaos has (ORD-08), on the one invoice that bears it.
-- Left out: several numbers on either side, several invoices with the number.
WITH invoices AS (
    SELECT o.sorder_code, unnest(o.invoices) AS invoice FROM wire.khaos_sales_orders AS o
),
bearing AS (
    SELECT c.case_key, count(*) AS invoices, any_value(i.sorder_code) AS order_key, any_value(i.invoice.invoice_code) AS invoice
    FROM open_case AS c
    JOIN (SELECT record_key, unnest(order_keys) AS order_key FROM order_by_reference) AS r USING (record_key)
    JOIN invoices AS i ON i.sorder_code = r.order_key AND i.invoice.consignment_ref = c.actual_value
    WHERE c.code = 'ORD-08' AND c.systems = 'wair>khaos'
    GROUP BY c.case_key
)
SELECT c.case_key, 'khaos.consignment' AS write, 40 AS rank, {'order': b.order_key, 'invoice': b.invoice} AS target,
    c.record_key AS record, 'tracking' AS field, c.actual_value AS before, c.scope AS after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/sales_orders', 'wair/dispatches'] AS rests_on,
    json_object('khaos', c.actual_snapshot, 'wair', c.expected_snapshot) AS evidence,
    CASE
        WHEN c.field <> 'tracking' THEN 'the carrier differs, not the number'
        WHEN contains(c.actual_value, '+') OR len((c.evidence::JSON -> 'expected')::VARCHAR[]) > 1 THEN 'it has several parcels'
        WHEN coalesce(b.invoices, 0) <> 1 THEN 'no single invoice bears the number'
    END AS left_out
FROM open_case AS c
LEFT JOIN bearing AS b USING (case_key)
WHERE c.code = 'ORD-08' AND c.systems = 'wair>khaos'
