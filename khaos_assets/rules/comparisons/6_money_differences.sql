-- Where the money of an order differs, in its currency, always Khaos − channel; and which difference makes another one.

-- Everything on an order whose tax can be tested: a stock code with a mapped VAT class, the delivery. vat_off: VAT in Khaos
-- beyond the right one. vat_effect, net_effect: what the changed rate does to VAT and net
CREATE OR REPLACE TABLE order_tax AS
WITH carriage AS (
    SELECT channel, reference, method, delivery_tax_code, delivery_net AS channel_net, khaos_delivery_net AS net,
        khaos_delivery_gross - khaos_delivery_net AS vat,
        vat_on(khaos_delivery_net, delivery_percent) AS vat_of_net, vat_in(khaos_delivery_gross, delivery_percent) AS vat_of_gross
    FROM order_pair
),
-- One amount, rounded either way. What was kept shows in what the channel has
judged AS (
    SELECT *, abs(vat - vat_of_net) > getvariable('money_tolerance') AND abs(vat - vat_of_gross) > getvariable('money_tolerance') AS wrong,
        CASE WHEN abs(net - channel_net) <= getvariable('money_tolerance') THEN FALSE
             WHEN abs(net + vat - vat_of_gross - channel_net) <= getvariable('money_tolerance') THEN TRUE
             ELSE method = 'gross' END AS gross_kept
    FROM carriage
)
SELECT channel, reference, sku AS thing, bool_or(wrong) AS wrong, any_value(mapped_code) AS mapped_code,
    string_agg(DISTINCT coalesce(tax_code, plain(percent) || ' %'), ' ') FILTER (wrong) AS code,
    sum_of_all(line_vat - right_vat) AS vat_off, sum_of_all(line_vat - mapped_vat) AS vat_effect, sum_of_all(line_net - mapped_net) AS net_effect
FROM khaos_line
WHERE wrong IS NOT NULL
GROUP BY channel, reference, sku
UNION ALL
SELECT channel, reference, 'delivery', wrong, delivery_tax_code, 'VAT ' || plain(vat) || ' on ' || plain(net),
    vat - CASE WHEN method = 'gross' THEN vat_of_gross ELSE vat_of_net END,
    vat - CASE WHEN gross_kept THEN vat_of_gross ELSE vat_of_net END,
    CASE WHEN gross_kept THEN vat_of_gross - vat ELSE 0 END
FROM judged
WHERE wrong IS NOT NULL;

-- Lines that differ beyond a penny each, the changed rate aside. by_discount: the order's discount differs, and here by as much
CREATE OR REPLACE TABLE order_line_difference AS
SELECT l.*, l.khaos_mapped_net - l.net AS off,
    coalesce(abs(o.khaos_discount - o.discount) > o.lines_allowed AND NOT o.voucher_spread
             AND abs(l.khaos_discount - l.discount + l.khaos_mapped_net - l.net) <= l.allowed, FALSE) AS by_discount
FROM order_line_money AS l
JOIN order_money AS o USING (channel, reference)
WHERE abs(l.khaos_mapped_net - l.net) > l.allowed AND NOT o.voucher_spread;

-- What each code finds of an order, 0 where nothing: parts of the difference of the totals, and what they do to VAT
CREATE OR REPLACE TABLE order_money_difference AS
WITH taxed AS (
    SELECT channel, reference, thing = 'delivery' AS delivery, sum_of_all(vat_effect) AS vat, sum_of_all(net_effect) AS net
    FROM order_tax WHERE wrong GROUP BY ALL
),
lined AS (
    SELECT channel, reference, sum(off) AS lines_off, sum(off * percent * 0.01) AS lines_vat, bool_or(by_discount) AS by_discount,
        bool_or(NOT by_discount) AS by_price
    FROM order_line_difference GROUP BY ALL
),
parts AS (
    SELECT o.*,
        coalesce(i.vat, 0) AS tax_items_vat, coalesce(i.net, 0) AS tax_items_net,
        coalesce(d.vat, 0) AS tax_delivery_vat, coalesce(d.net, 0) AS tax_delivery_net,
        coalesce(l.lines_off, 0) AS lines_off, coalesce(l.lines_vat, 0) AS lines_vat,
        coalesce(l.by_discount, FALSE) AS by_discount, coalesce(l.by_price, FALSE) AS by_price,
        CASE WHEN list_contains(legal_items_vat, items_vat) AND list_contains(legal_items_vat, khaos_items_vat) THEN 0
             ELSE khaos_items_vat - items_vat END AS items_vat_off,
        CASE WHEN list_contains(legal_delivery_vat, delivery_vat) AND list_contains(legal_delivery_vat, khaos_delivery_vat) THEN 0
             ELSE khaos_delivery_vat - delivery_vat END AS delivery_vat_off,
        CASE WHEN abs(khaos_delivery_net - delivery_net) <= getvariable('money_tolerance') THEN 0
             ELSE khaos_delivery_net - delivery_net END AS delivery_off,
        khaos_gross - gross AS gross_off
    FROM order_money AS o
    LEFT JOIN taxed AS i ON i.channel = o.channel AND i.reference = o.reference AND NOT i.delivery
    LEFT JOIN taxed AS d ON d.channel = o.channel AND d.reference = o.reference AND d.delivery
    LEFT JOIN lined AS l ON l.channel = o.channel AND l.reference = o.reference
)
SELECT *, coalesce(delivery_off, 0) + coalesce(items_vat_off, 0) + coalesce(delivery_vat_off, 0) + lines_off + tax_items_net AS explained,
    tax_items_vat + lines_vat AS items_vat_explained,
    tax_delivery_vat + CASE WHEN delivery_off = 0 THEN 0 ELSE (delivery_off - tax_delivery_net) * delivery_percent * 0.01 END AS delivery_vat_explained
FROM parts;

-- Which money code makes another one's whole difference (catalogue, suppression: FIN-05; FIN-02, FIN-03, FIN-10)
CREATE OR REPLACE TABLE money_effect AS
WITH vat AS (
    SELECT *, tax_items_vat <> 0 OR tax_delivery_vat <> 0 AS by_rate
    FROM order_money_difference
    WHERE (items_vat_off = 0 OR (items_vat_explained <> 0 AND abs(items_vat_off - items_vat_explained) <= lines_allowed))
        AND (delivery_vat_off = 0
             OR (delivery_vat_explained <> 0 AND abs(delivery_vat_off - delivery_vat_explained) <= getvariable('money_tolerance')))
)
SELECT 'FIN-01' AS victim, unnest(list_filter([
        CASE WHEN by_rate THEN 'FIN-05' END,
        CASE WHEN delivery_vat_off <> 0 AND delivery_off <> 0 THEN 'FIN-02' END,
        CASE WHEN items_vat_off <> 0 AND by_discount THEN 'FIN-03' END,
        CASE WHEN items_vat_off <> 0 AND by_price THEN 'FIN-10' END], lambda c: c IS NOT NULL)) AS suppressor, channel, reference
FROM vat
UNION ALL
SELECT 'FIN-02', 'FIN-05', channel, reference FROM order_money_difference
WHERE tax_delivery_net <> 0 AND abs(delivery_off - tax_delivery_net) <= getvariable('money_tolerance')
UNION ALL
SELECT 'FIN-03', 'FIN-05', channel, reference FROM order_money_difference
WHERE tax_items_net <> 0 AND abs(khaos_mapped_discount - discount) <= lines_allowed;

-- Refunds on a channel beside the credit notes in Khaos, per order that has both
CREATE OR REPLACE TABLE refund_comparison AS
WITH notes AS (
    SELECT n.channel, n.reference, sum_of_all(n.gross) AS credited, list(n.credit_key ORDER BY n.credit_key) AS credit_keys,
        any_value(n.snapshot) AS khaos_snapshot, sum(l.lines) AS lines
    FROM linked_credit_note AS n
    LEFT JOIN (SELECT order_key, count(*) AS lines FROM order_line WHERE system = 'khaos' GROUP BY order_key) AS l ON l.order_key = n.credit_key
    GROUP BY ALL
),
units AS (
    SELECT o.channel, o.reference, count(*) FILTER (o.refund = 'full' OR l.returned_at IS NOT NULL) AS lines
    FROM channel_order AS o
    JOIN order_line AS l ON l.system = o.channel AND l.order_key = o.order_key AND NOT l.cancelled
    WHERE o.refund <> 'none'
    GROUP BY ALL
)
SELECT o.to_khaos AS systems, o.channel, o.reference, o.rate, o.refund, o.refunded_gross, o.delivery_gross, o.refunded_at,
    n.credited, n.credit_keys, o.snapshot, n.khaos_snapshot,
    getvariable('money_tolerance') * greatest(coalesce(n.lines, 1), coalesce(u.lines, 1)) AS allowed
FROM channel_order AS o
JOIN notes AS n USING (channel, reference)
LEFT JOIN units AS u USING (channel, reference)
WHERE o.status <> 'cancelled' AND o.refund <> 'none' AND o.refunded_gross IS NOT NULL AND n.credited IS NOT NULL;
