-- Invoiced, not dispatched: revenue in Khaos by the end of the period for goods that WAIR had not sent by the cut-off.
-- Only orders that WAIR fulfils (its site is mapped) and of which no dispatch was set aside.

-- name: rows
SELECT g.channel, g.reference, g.orders, g.sku,
    CASE WHEN g.dispatched_after > 0 THEN 'dispatched after the period' WHEN g.dispatched > 0 THEN 'part dispatched' ELSE 'not dispatched' END AS why,
    g.invoiced_on, g.dispatched_next_on AS dispatched_on,
    getvariable('period_last') - g.invoiced_on AS days,
    g.invoiced - g.dispatched AS units,
    worth(g.net, g.invoiced - g.dispatched) AS net_gbp, worth(g.vat, g.invoiced - g.dispatched) AS vat_gbp,
    worth(g.cost, g.invoiced - g.dispatched) AS cost_gbp,
    c.codes
FROM goods AS g
LEFT JOIN order_codes AS c ON c.record_key = g.record_key
WHERE g.commercial AND g.fulfilled AND g.invoiced > g.dispatched
ORDER BY abs(net_gbp) DESC NULLS LAST, reference, sku

-- name: totals
WITH part AS (
    SELECT net, vat, cost, greatest(invoiced - dispatched, 0) AS units FROM goods WHERE commercial AND fulfilled
)
SELECT sum(units) AS units, sum(worth(net, units)) AS net_gbp, sum(worth(vat, units)) AS vat_gbp, sum(worth(cost, units)) AS cost_gbp
FROM part WHERE units > 0
