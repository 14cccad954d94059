-- Sales by channel: per market, net, VAT, shipping, discounts and refunds apart; the channel's figure, Khaos's, and where they part.
-- A measure that no order of a channel tells (refunds in OroCommerce) is empty there, not nil.

-- name: rows
WITH measured AS (
    UNPIVOT (SELECT channel, market, in_khaos, net_gbp AS "1 net", vat_gbp AS "2 VAT", shipping_gbp AS "3 shipping", discount_gbp AS "4 discounts", refunds_gbp AS "5 refunds" FROM sold)
    ON "1 net", "2 VAT", "3 shipping", "4 discounts", "5 refunds" INTO NAME measure VALUE gbp
),
of_khaos AS (
    UNPIVOT (SELECT channel, market, khaos_net_gbp AS "1 net", khaos_vat_gbp AS "2 VAT", khaos_shipping_gbp AS "3 shipping", khaos_discount_gbp AS "4 discounts", khaos_refunds_gbp AS "5 refunds" FROM sold)
    ON "1 net", "2 VAT", "3 shipping", "4 discounts", "5 refunds" INTO NAME measure VALUE gbp
),
theirs AS (
    SELECT channel, market, measure, count(*) AS orders, count(*) FILTER (NOT in_khaos) AS not_in_khaos, sum(gbp) AS gbp,
        coalesce(sum(gbp) FILTER (NOT in_khaos), 0) AS missing_gbp
    FROM measured GROUP BY ALL
),
ours AS (SELECT channel, market, measure, sum(gbp) AS gbp FROM of_khaos GROUP BY ALL)
SELECT coalesce(t.channel, o.channel) AS channel, coalesce(t.market, o.market) AS market, substr(coalesce(t.measure, o.measure), 3) AS measure,
    coalesce(t.orders, 0) AS orders, coalesce(t.not_in_khaos, 0) AS not_in_khaos, t.gbp AS channel_gbp, coalesce(o.gbp, 0) AS khaos_gbp,
    coalesce(o.gbp, 0) - t.gbp AS difference_gbp, -coalesce(t.missing_gbp, 0) AS of_orders_not_in_khaos_gbp
FROM theirs AS t
FULL JOIN ours AS o ON o.channel = t.channel AND o.market IS NOT DISTINCT FROM t.market AND o.measure = t.measure
ORDER BY 1, 2, coalesce(t.measure, o.measure)

-- name: totals
WITH pairs AS (
    SELECT channel, market, in_khaos, unnest([
        {'n': 1, 'theirs': net_gbp, 'ours': khaos_net_gbp}, {'n': 2, 'theirs': vat_gbp, 'ours': khaos_vat_gbp},
        {'n': 3, 'theirs': shipping_gbp, 'ours': khaos_shipping_gbp}, {'n': 4, 'theirs': discount_gbp, 'ours': khaos_discount_gbp},
        {'n': 5, 'theirs': refunds_gbp, 'ours': khaos_refunds_gbp}]) AS m
    FROM sold
),
told AS (
    SELECT in_khaos, m.theirs AS theirs, m.ours AS ours, bool_or(m.theirs IS NOT NULL) OVER (PARTITION BY channel, market, m.n) AS known FROM pairs
)
SELECT count(theirs) AS orders, count(theirs) FILTER (NOT in_khaos) AS not_in_khaos, sum(theirs) AS channel_gbp, sum(ours) AS khaos_gbp,
    sum(coalesce(ours, 0) - coalesce(theirs, 0)) FILTER (known) AS difference_gbp, -coalesce(sum(theirs) FILTER (NOT in_khaos), 0) AS of_orders_not_in_khaos_gbp
FROM told
