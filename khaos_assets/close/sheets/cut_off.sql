-- Cut-off: goods that left on one side of the month's end and were invoiced on the other.

-- name: rows
SELECT * FROM (
    SELECT 'sent in the period, invoiced after' AS what, channel, reference, orders, sku, dispatched_on, invoiced_next_on AS invoiced_on,
        least(dispatched - invoiced, invoiced_after) AS units,
        worth(net, least(dispatched - invoiced, invoiced_after)) AS net_gbp, worth(vat, least(dispatched - invoiced, invoiced_after)) AS vat_gbp,
        worth(cost, least(dispatched - invoiced, invoiced_after)) AS cost_gbp
    FROM goods
    WHERE commercial AND dispatched > invoiced AND invoiced_after > 0
    UNION ALL
    SELECT 'invoiced in the period, sent after', channel, reference, orders, sku, dispatched_next_on, invoiced_on,
        least(invoiced - dispatched, dispatched_after),
        worth(net, least(invoiced - dispatched, dispatched_after)), worth(vat, least(invoiced - dispatched, dispatched_after)),
        worth(cost, least(invoiced - dispatched, dispatched_after))
    FROM goods
    WHERE commercial AND fulfilled AND invoiced > dispatched AND dispatched_after > 0
)
ORDER BY what, abs(net_gbp) DESC NULLS LAST, reference, sku

-- name: totals
WITH crossing AS (
    SELECT net, vat, cost,
        CASE WHEN dispatched > invoiced THEN least(dispatched - invoiced, invoiced_after)
             WHEN fulfilled THEN least(invoiced - dispatched, dispatched_after) ELSE 0 END AS units
    FROM goods WHERE commercial
)
SELECT sum(units) AS units, sum(worth(net, units)) AS net_gbp, sum(worth(vat, units)) AS vat_gbp, sum(worth(cost, units)) AS cost_gbp
FROM crossing WHERE units > 0
