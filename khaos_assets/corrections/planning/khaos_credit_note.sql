-- A credit note for what SCAYLE refunded and Khaos has not credited (ORD-12): the refunded units at what was paid for them, with the
-- tax code under which Khaos sold them. Delivery is not credited, stock is not touched: what came back is booked where it is counted.
-- Left out: units that cannot be told, an order that is not one invoice sent whole, a rate whose arithmetic may move a penny.
WITH refunded AS (
    SELECT c.case_key, coalesce(m.stock_code, l.sku) AS sku, l.line_gross AS price, count(*) AS units
    FROM open_case AS c
    JOIN channel_order AS o ON o.channel = 'scayle' AND o.reference = c.record_key
    JOIN order_line AS l ON l.system = 'scayle' AND l.order_key = o.order_key
    LEFT JOIN sku_meaning AS m ON m.system = 'scayle' AND m.sku = l.sku
    WHERE c.code = 'ORD-12' AND NOT coalesce(l.cancelled, FALSE)
        AND (l.returned_at IS NOT NULL OR o.refund = 'full' AND o.refunded_gross IS NOT NULL)
    GROUP BY ALL
),
sold AS (
    SELECT order_key, sku, sum(quantity) AS units, any_value(tax_code) AS tax_code, any_value(vat_percent) AS vat_percent,
        count(DISTINCT tax_code) = 1 AND bool_and(arithmetic = 'gross') AS plain
    FROM order_line WHERE system = 'khaos' GROUP BY ALL
),
noted AS (
    SELECT r.case_key, sum(r.price * r.units) AS gross, sum(r.units) AS units,
        bool_and(coalesce(s.plain AND s.vat_percent IN (0, getvariable('home_vat_percent')), FALSE)) AS plain,
        bool_and(coalesce(u.units <= s.units, FALSE)) AS covered,
        to_json(list({'code': r.sku, 'quantity': r.units::VARCHAR, 'price': r.price::DECIMAL(28, 2)::VARCHAR, 'net': s.vat_percent = 0, 'tax': s.tax_code}
                     ORDER BY r.sku, r.price)) AS lines
    FROM refunded AS r
    JOIN open_case AS c USING (case_key)
    LEFT JOIN sold AS s ON s.order_key = c.counterpart_key AND s.sku = r.sku
    JOIN (SELECT case_key, sku, sum(units) AS units FROM refunded GROUP BY ALL) AS u ON u.case_key = r.case_key AND u.sku = r.sku
    GROUP BY r.case_key
)
SELECT c.case_key, 'khaos.credit_note' AS write, 70 AS rank,
    {'reference': o.khaos_reference, 'order': w.sorder_code, 'invoice': w.invoices[1].invoice_code, 'company': w.company_code,
     'currency': w.currency_code, 'day': getvariable('night')::VARCHAR, 'lines': n.lines::VARCHAR} AS target,
    c.record_key AS record, 'credit note' AS field, NULL::VARCHAR AS before, n.gross::DECIMAL(28, 2)::VARCHAR AS after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/order_lines', 'khaos/sales_orders', 'scayle/orders'] AS rests_on,
    json_object('reason', c.reason, 'scayle', c.expected_snapshot, 'khaos', c.actual_snapshot) AS evidence,
    CASE
        WHEN contains(coalesce(c.counterpart_key, ''), '+') THEN 'several orders bear its reference'
        WHEN w.sorder_code IS NULL THEN 'Khaos has no such order'
        WHEN n.gross IS NULL OR o.refunded_gross IS NULL OR n.gross <> o.refunded_gross THEN 'which units were refunded is not known'
        WHEN NOT coalesce(o.khaos_in_full, FALSE) OR len(w.invoices) <> 1 THEN 'it is not one invoice, sent in full'
        WHEN NOT n.covered THEN 'more was refunded than Khaos sold of an item'
        WHEN NOT n.plain THEN 'its tax rate or company class lets the total move by a penny'
        WHEN EXISTS (FROM sealed_period AS s WHERE getvariable('night')::DATE BETWEEN s.first AND s.last) THEN 'the month is sealed'
    END AS left_out
FROM open_case AS c
JOIN channel_order AS o ON o.channel = 'scayle' AND o.reference = c.record_key
LEFT JOIN noted AS n USING (case_key)
LEFT JOIN wire.khaos_sales_orders AS w ON w.sorder_code = c.counterpart_key
WHERE c.code = 'ORD-12'
