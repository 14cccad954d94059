-- What is still to be sent of SKUs that equal no stock code: line net of the channel's orders that are open in Khaos, in pounds.
-- Orders that Khaos cannot take because of the SKU are none of them (ORD-02).

-- Channels whose orders could be read completely, and Khaos's: elsewhere such a sum is unknown, not zero
CREATE OR REPLACE TABLE channel_orders_known AS
SELECT c.channel
FROM (VALUES ('scayle', ['scayle.orders', 'khaos.sales_orders']),
             ('orocommerce', ['orocommerce.orders', 'orocommerce.order_line_items', 'khaos.sales_orders'])) AS c(channel, reads)
JOIN control_read AS r ON r.night = getvariable('night') AND r.verdict <> 'INCOMPLETE'
    AND list_contains(c.reads, r.system || '.' || r.entity)
GROUP BY c.channel, c.reads
HAVING count(*) = len(c.reads);

CREATE OR REPLACE TABLE open_on_channel AS
WITH carried AS (
    SELECT o.channel, l.sku AS other_sku, o.rate, sum_of_all(l.line_net) AS net, count(DISTINCT o.reference) AS orders
    FROM channel_order AS o
    JOIN order_line AS l ON l.system = o.channel AND l.order_key = o.order_key
    SEMI JOIN (FROM item_match WHERE how <> 'exact') AS m ON m.system = o.channel AND m.sku = l.sku
    WHERE o.khaos_open AND NOT l.cancelled
    GROUP BY o.channel, l.sku, o.rate
)
SELECT channel, other_sku, fraction_sum(list(in_pounds(net, rate))) AS net, sum(orders)::BIGINT AS orders
FROM carried
GROUP BY channel, other_sku;

-- Per SKU that equals no stock code: that value. WAIR and the PIMs have no orders of their own
CREATE OR REPLACE TABLE unmatched_value AS
SELECT m.system, m.sku,
    CASE
        WHEN m.system NOT IN ('scayle', 'orocommerce') THEN 0
        WHEN k.channel IS NULL THEN NULL
        WHEN o.other_sku IS NULL THEN 0
        ELSE pounds(o.net)
    END::DECIMAL(18, 2) AS amount_gbp,
    coalesce(o.orders, 0) AS orders,
    m.system IN ('scayle', 'orocommerce') AND k.channel IS NULL AS orders_unknown
FROM item_match AS m
LEFT JOIN channel_orders_known AS k ON k.channel = m.system
LEFT JOIN open_on_channel AS o ON o.channel = m.system AND o.other_sku = m.sku
WHERE m.how <> 'exact';
