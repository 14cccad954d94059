-- Money of an order that a channel and Khaos both have, side by side in the order's currency: one row per order
-- (order_money) and per stock code on it (order_line_money).

-- VAT at a percentage: on a net amount, and inside a gross one; pennies, half up
CREATE OR REPLACE MACRO vat_on(net, percent) AS
    half_up((net * 10000)::HUGEINT * (percent * 10000)::HUGEINT, 100000000::HUGEINT)::DECIMAL(26, 0) * 0.01;
CREATE OR REPLACE MACRO vat_in(gross, percent) AS
    gross - half_up((gross * 10000)::HUGEINT * 10000, 1000000 + (percent * 10000)::HUGEINT)::DECIMAL(26, 0) * 0.01;

-- Live on both sides. Of an order of which a Khaos line was set aside nothing is added up
CREATE OR REPLACE TABLE order_pair AS
SELECT o.*, coalesce(s.fees_vat, 0) AS fees_vat, m.company_class AS market_class, m.currency AS market_currency,
    m.delivery_tax_code, t.percent AS delivery_percent, a.method
FROM channel_order AS o
JOIN sales_order AS s ON s.system = o.channel AND s.source_key = o.order_key
LEFT JOIN market AS m ON m.market = o.market
LEFT JOIN tax_code AS t ON t.tax_code = m.delivery_tax_code
LEFT JOIN class_arithmetic AS a ON a.company_class = o.company_class
ANTI JOIN (
    SELECT DISTINCT split_part(key, '/', 1) AS khaos_key FROM quarantine WHERE system = 'khaos' AND entity = 'order_lines'
) AS q ON q.khaos_key = o.khaos_key
WHERE o.khaos_lives AND o.status <> 'cancelled';

-- What an item of a VAT class (its home percentage) is taxed at in a market
CREATE OR REPLACE TABLE mapped_tax AS
SELECT m.market, m.item_percent, m.tax_code, t.percent
FROM market_tax_code AS m LEFT JOIN tax_code AS t USING (tax_code);

-- A channel's live lines. A rate the wire does not tell is the known one nearest to the line's VAT, else the mapped one
CREATE OR REPLACE TABLE channel_line AS
WITH lines AS (
    SELECT o.channel, o.reference, o.market, l.line, coalesce(m.stock_code, l.sku) AS sku, l.quantity,
        l.line_net, l.line_gross, l.line_vat, l.discount_net, coalesce(l.voucher_net, 0) AS voucher, l.price_is_net, l.vat_percent
    FROM order_pair AS o
    JOIN order_line AS l ON l.system = o.channel AND l.order_key = o.order_key
    LEFT JOIN sku_meaning AS m ON m.system = o.channel AND m.sku = l.sku
    WHERE NOT l.cancelled
),
nearest AS (
    SELECT l.channel, l.reference, l.line, arg_min(t.percent, abs(l.line_vat * 100 - l.line_net * t.percent)) AS percent
    FROM lines AS l, (SELECT DISTINCT percent FROM tax_code) AS t
    WHERE l.vat_percent IS NULL AND l.line_vat IS NOT NULL AND l.line_net <> 0
    GROUP BY ALL
)
SELECT l.* EXCLUDE (market, vat_percent), coalesce(l.vat_percent, n.percent, t.percent) AS percent
FROM lines AS l
LEFT JOIN nearest AS n ON n.channel = l.channel AND n.reference = l.reference AND n.line = l.line
LEFT JOIN item AS i ON i.system = 'khaos' AND i.sku = l.sku
LEFT JOIN mapped_tax AS t ON t.market = l.market AND t.item_percent = i.vat_percent;

-- Khaos's lines, and what each would be at the mapped rate: its price is kept, net or gross as the line carries it. right_vat:
-- the VAT that is right, gross kept where the company class is priced gross, else net
CREATE OR REPLACE TABLE khaos_line AS
WITH lines AS (
    SELECT o.channel, o.reference, coalesce(m.stock_code, l.sku) AS sku, l.quantity, l.line_net, l.line_vat, l.discount_net,
        l.tax_code, l.vat_percent AS percent, t.tax_code AS mapped_code, t.percent AS mapped_percent,
        coalesce(o.method, l.arithmetic) = 'gross' AS class_is_gross, NOT l.price_is_net AS price_is_gross,
        CASE WHEN l.tax_code IS NULL THEN l.vat_percent <> t.percent ELSE l.tax_code <> t.tax_code END AS wrong
    FROM order_pair AS o
    JOIN order_line AS l ON l.system = 'khaos' AND l.order_key = o.khaos_key
    LEFT JOIN sku_meaning AS m ON m.system = 'khaos' AND m.sku = l.sku
    LEFT JOIN item AS i ON i.system = 'khaos' AND i.sku = coalesce(m.stock_code, l.sku)
    LEFT JOIN mapped_tax AS t ON t.market = o.market AND t.item_percent = i.vat_percent
),
taxed AS (
    SELECT *, coalesce(wrong, FALSE) AS changes,
        CASE WHEN wrong THEN vat_in(line_net + line_vat, mapped_percent) END AS vat_of_gross,
        CASE WHEN wrong THEN vat_on(line_net, mapped_percent) END AS vat_of_net
    FROM lines
)
SELECT channel, reference, sku, quantity, line_net, line_vat, discount_net, tax_code, percent, mapped_code, wrong,
    CASE WHEN NOT changes THEN line_vat WHEN class_is_gross THEN vat_of_gross ELSE vat_of_net END AS right_vat,
    CASE WHEN NOT changes THEN line_vat WHEN price_is_gross THEN vat_of_gross ELSE vat_of_net END AS mapped_vat,
    CASE WHEN changes AND price_is_gross THEN line_net + line_vat - vat_of_gross ELSE line_net END AS mapped_net,
    CASE WHEN changes AND price_is_gross
         THEN half_up((discount_net * 10000)::HUGEINT * (1000000 + (percent * 10000)::HUGEINT),
                      1000000 + (mapped_percent * 10000)::HUGEINT)::DECIMAL(26, 0) * 0.0001
         ELSE discount_net END AS mapped_discount
FROM taxed;

-- Per stock code with equal units on both sides (non-stock codes and free-form lines aside)
CREATE OR REPLACE TABLE order_line_money AS
WITH channel_side AS (
    SELECT channel, reference, sku, sum_of_all(quantity) AS units, sum_of_all(line_net) AS net, sum_of_all(discount_net) AS discount,
        max(percent) AS percent, count(*) AS lines
    FROM channel_line WHERE sku NOT IN (SELECT sku FROM non_stock_code) GROUP BY ALL
),
khaos_side AS (
    SELECT channel, reference, sku, sum(quantity) AS units, sum_of_all(line_net) AS net, sum_of_all(discount_net) AS discount,
        sum_of_all(mapped_net) AS mapped_net, count(*) AS lines
    FROM khaos_line GROUP BY ALL
)
SELECT c.channel, c.reference, c.sku, c.units, c.percent, c.net, k.net AS khaos_net, k.mapped_net AS khaos_mapped_net,
    c.discount, k.discount AS khaos_discount, greatest(c.lines, k.lines) AS lines,
    getvariable('money_tolerance') * greatest(c.lines, k.lines) AS allowed
FROM channel_side AS c
JOIN khaos_side AS k ON k.channel = c.channel AND k.reference = c.reference AND k.sku = c.sku AND k.units = c.units
WHERE c.net IS NOT NULL AND k.mapped_net IS NOT NULL;

-- Per order: both sides' totals and discounts, and what the legal ways of rounding VAT give: each of the channel's lines
-- rounded, their sum per rate rounded, and, where the nets agree, each of Khaos's lines rounded
CREATE OR REPLACE TABLE order_money AS
WITH rates AS (
    SELECT channel, reference, percent, bool_and(price_is_net) AS is_net,
        sum_of_all(CASE WHEN price_is_net THEN line_net ELSE line_gross END) AS amount,
        sum_of_all(CASE WHEN price_is_net THEN vat_on(line_net, percent) ELSE vat_in(line_gross, percent) END) AS by_line
    FROM channel_line GROUP BY ALL
),
ways AS (
    SELECT channel, reference, sum_of_all(by_line) AS by_line,
        sum_of_all(CASE WHEN is_net THEN vat_on(amount, percent) ELSE vat_in(amount, percent) END) AS by_rate
    FROM rates GROUP BY ALL
),
channel_side AS (
    SELECT channel, reference, count(*) AS lines, sum_of_all(discount_net) AS discount, bool_or(voucher <> 0) AS voucher
    FROM channel_line GROUP BY ALL
),
khaos_side AS (
    SELECT channel, reference, count(*) AS lines, sum_of_all(discount_net) AS discount, sum_of_all(mapped_discount) AS mapped_discount,
        sum_of_all(mapped_vat) AS by_line
    FROM khaos_line GROUP BY ALL
),
agreeing AS (
    SELECT channel, reference, bool_and(abs(khaos_mapped_net - net) <= allowed) AS agrees FROM order_line_money GROUP BY ALL
),
-- What one side books on one line may be spread over others: then the sums per rate are equal
spread AS (
    SELECT channel, reference, bool_and(abs(off) <= allowed) AS equal_sums
    FROM (
        SELECT channel, reference, percent, sum(khaos_mapped_net - net) AS off, sum(allowed) AS allowed
        FROM order_line_money GROUP BY ALL
    )
    GROUP BY ALL
),
totals AS (
    SELECT *, total_net - delivery_net AS goods_net, delivery_gross - delivery_net AS delivery_vat,
        total_gross - total_net - (delivery_gross - delivery_net) AS items_vat,
        khaos_items_gross - khaos_items_net AS khaos_items_vat, khaos_delivery_gross - khaos_delivery_net AS khaos_delivery_vat
    FROM order_pair
),
sized AS (
    SELECT o.*, c.discount, k.discount AS khaos_discount, k.mapped_discount AS khaos_mapped_discount, c.voucher, k.by_line AS khaos_way,
        getvariable('money_tolerance') * greatest(coalesce(c.lines, 1), coalesce(k.lines, 1)) AS lines_allowed
    FROM totals AS o
    LEFT JOIN channel_side AS c USING (channel, reference)
    LEFT JOIN khaos_side AS k USING (channel, reference)
)
SELECT o.to_khaos AS systems, o.channel, o.reference, o.khaos_key, o.market, o.currency, o.rate, o.snapshot, o.khaos_snapshot, o.changed_at,
    o.items_vat, o.delivery_net, o.delivery_vat, o.total_gross AS gross, o.discount,
    o.khaos_items_vat, o.khaos_delivery_net, o.khaos_delivery_vat, o.khaos_items_gross + o.khaos_delivery_gross AS khaos_gross,
    o.khaos_discount, o.khaos_mapped_discount, o.delivery_percent, o.lines_allowed,
    coalesce(o.voucher AND s.equal_sums, FALSE) AS voucher_spread,
    list_distinct([w.by_line + o.fees_vat, w.by_rate + o.fees_vat,
        CASE WHEN g.agrees AND abs(o.khaos_items_net - o.goods_net) <= o.lines_allowed THEN o.khaos_way END]) AS legal_items_vat,
    list_distinct([vat_on(o.delivery_net, o.delivery_percent), vat_in(o.delivery_gross, o.delivery_percent)]) AS legal_delivery_vat
FROM sized AS o
LEFT JOIN ways AS w USING (channel, reference)
LEFT JOIN agreeing AS g USING (channel, reference)
LEFT JOIN spread AS s USING (channel, reference);
