-- Dispatched, not invoiced: goods that had left by the cut-off and are not revenue in Khaos by then.
-- Counted per order and stock code up to what was ordered; parcels of orders that Khaos does not know have no value here.
-- by: case of ORD-05, ORD-01, ORD-02, ORD-15

-- name: rows
SELECT g.channel, g.reference, g.orders, g.sku,
    CASE WHEN NOT g.in_khaos THEN 'not in Khaos' WHEN g.ordered = 0 THEN 'not on the order'
         WHEN g.invoiced_after > 0 THEN 'invoiced after the period' ELSE 'not invoiced' END AS why,
    g.dispatched_on, g.invoiced_next_on AS invoiced_on,
    getvariable('period_last') - g.dispatched_on AS days,
    g.dispatched - g.invoiced AS units,
    worth(g.net, g.dispatched - g.invoiced) AS net_gbp, worth(g.vat, g.dispatched - g.invoiced) AS vat_gbp,
    worth(g.cost, g.dispatched - g.invoiced) AS cost_gbp,
    g.late, c.codes
FROM goods AS g
LEFT JOIN order_codes AS c ON c.record_key = g.record_key
WHERE g.commercial AND g.dispatched > g.invoiced
ORDER BY abs(net_gbp) DESC NULLS LAST, reference, sku

-- name: totals
WITH part AS (
    SELECT net, vat, cost, greatest(dispatched - invoiced, 0) AS units FROM goods WHERE commercial
)
SELECT sum(units) AS units, sum(worth(net, units)) AS net_gbp, sum(worth(vat, units)) AS vat_gbp, sum(worth(cost, units)) AS cost_gbp
FROM part WHERE units > 0
