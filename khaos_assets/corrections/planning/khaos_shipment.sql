-- Goods that WAIR dispatched and Khaos has not sent (ORD-05): the invoice that covers exactly these units is issued, with courier,
-- consignment and the day of dispatch. A part is shipped where an invoice of its own covers it.
-- Left out: payment or terms hold, several orders, invoices or parcels that it could be, a month that is sealed.
WITH goods AS (
    SELECT c.case_key, count(*) AS parcels, any_value(d.tracking) AS tracking, any_value(m.courier) AS courier,
        any_value(london_date(d.dispatched_at)) AS day
    FROM open_case AS c
    JOIN dispatch AS d ON d.system = 'wair' AND list_contains((c.evidence::JSON -> 'dispatches')::VARCHAR[], d.source_key)
    LEFT JOIN map_courier AS m ON m.carrier_service = d.carrier_service
    WHERE c.code = 'ORD-05'
    GROUP BY c.case_key
),
waiting AS (
    SELECT o.sorder_code, unnest(o.invoices) AS invoice FROM wire.khaos_sales_orders AS o
),
fitting AS (
    SELECT c.case_key, count(*) AS invoices, any_value(w.invoice) AS invoice
    FROM open_case AS c
    JOIN waiting AS w ON w.sorder_code = c.counterpart_key
    WHERE c.code = 'ORD-05' AND w.invoice.qty_sold - coalesce(w.invoice.qty_sent, 0) = c.units AND coalesce(w.invoice.qty_sent, 0) = 0
    GROUP BY c.case_key
)
SELECT c.case_key, 'khaos.shipment' AS write, 10 AS rank,
    {'order': c.counterpart_key, 'invoice': f.invoice.invoice_code} AS target,
    c.record_key AS record, 'shipment' AS field,
    concat_ws(', ', f.invoice.stage_id, nullif(f.invoice.courier, ''), nullif(f.invoice.consignment_ref, ''), f.invoice.ship_date::VARCHAR) AS before,
    concat_ws(', ', getvariable('khaos_issued_stage'), g.courier, g.tracking, g.day::VARCHAR) AS after,
    c.units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/order_lines', 'khaos/sales_orders', 'wair/dispatches'] AS rests_on,
    json_object('dispatches', c.evidence::JSON ->> 'dispatches', 'khaos', c.actual_snapshot, 'wair', c.expected_snapshot) AS evidence,
    CASE
        WHEN contains(c.counterpart_key, '+') THEN 'several orders bear its reference'
        WHEN coalesce(o.on_hold, FALSE) OR f.invoice.stage_id IN (SELECT stage FROM terms_hold_stage) THEN 'on payment or terms hold'
        WHEN f.invoices IS NULL THEN 'no invoice covers exactly what was dispatched: ship the part by hand'
        WHEN f.invoices > 1 THEN 'several invoices cover as many units'
        WHEN g.parcels > 1 THEN 'it left in several parcels, and an invoice takes one consignment'
        WHEN g.courier IS NULL OR coalesce(g.tracking, '') = '' THEN 'courier or tracking number is not known'
        WHEN EXISTS (FROM sealed_period AS s WHERE g.day BETWEEN s.first AND s.last) THEN 'it left in a month that is sealed'
    END AS left_out
FROM open_case AS c
LEFT JOIN goods AS g USING (case_key)
LEFT JOIN fitting AS f USING (case_key)
LEFT JOIN sales_order AS o ON o.system = 'khaos' AND o.source_key = c.counterpart_key
WHERE c.code = 'ORD-05'
