-- Paid, not dispatched: orders of channels that are paid when placed, live at the cut-off, of which units had not left by then.

-- name: rows
SELECT p.channel, p.reference, p.orders, p.market, p.sku, p.paid_on, getvariable('period_last') - p.paid_on AS days,
    p.ordered AS units_ordered, p.ordered - p.gone AS units, worth(p.net, p.ordered - p.gone) AS net_gbp,
    worth(p.vat, p.ordered - p.gone) AS vat_gbp, c.codes
FROM prepaid AS p
LEFT JOIN order_codes AS c ON c.record_key = p.reference
WHERE p.ordered > p.gone
ORDER BY abs(net_gbp) DESC NULLS LAST, p.channel, p.reference, p.sku

-- name: totals
WITH owed AS (SELECT ordered, net, vat, greatest(ordered - gone, 0) AS units FROM prepaid)
SELECT sum(ordered) AS units_ordered, sum(units) AS units, sum(worth(net, units)) AS net_gbp, sum(worth(vat, units)) AS vat_gbp
FROM owed WHERE units > 0
