-- Sales by channel and market, net, VAT, shipping, discounts and refunds apart: the channel's figure, Khaos's, and where they part.

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
SELECT t.channel, t.market, substr(t.measure, 3) AS measure, t.orders, t.not_in_khaos, t.gbp AS channel_gbp, coalesce(o.gbp, 0) AS khaos_gbp,
    coalesce(o.gbp, 0) - t.gbp AS difference_gbp, -t.missing_gbp AS of_orders_not_in_khaos_gbp
FROM theirs AS t
LEFT JOIN ours AS o ON o.channel = t.channel AND o.market IS NOT DISTINCT FROM t.market AND o.measure = t.measure
ORDER BY t.channel, t.market, t.measure

-- name: totals
WITH summed AS (
    SELECT in_khaos, len(list_filter([net_gbp, vat_gbp, shipping_gbp, discount_gbp, refunds_gbp], lambda x: x IS NOT NULL)) AS measures,
        coalesce(net_gbp, 0) + coalesce(vat_gbp, 0) + coalesce(shipping_gbp, 0) + coalesce(discount_gbp, 0) + coalesce(refunds_gbp, 0) AS theirs,
        coalesce(khaos_net_gbp, 0) + coalesce(khaos_vat_gbp, 0) + coalesce(khaos_shipping_gbp, 0) + coalesce(khaos_discount_gbp, 0)
            + coalesce(khaos_refunds_gbp, 0) AS ours
    FROM sold
)
SELECT sum(measures) AS orders, sum(CASE WHEN in_khaos THEN 0 ELSE measures END) AS not_in_khaos, sum(theirs) AS channel_gbp, sum(ours) AS khaos_gbp, sum(ours - theirs) AS difference_gbp,
    sum(CASE WHEN in_khaos THEN 0 ELSE -theirs END) AS of_orders_not_in_khaos_gbp
FROM summed
