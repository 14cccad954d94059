-- Roll-forward: opening stock, what is known to have come and gone, what should be there, what is. The rest is unexplained, never a plug:
-- goods received from suppliers, counts and adjustments cannot be read from either system.

-- name: rows
WITH flows AS (
    SELECT system, sku, site, sum(received) AS received, sum(transferred) AS transferred, sum(dispatched) AS dispatched FROM moved GROUP BY ALL
)
SELECT c.system, c.sku, c.site, c.opening_units, c.received_units, c.transferred_units, c.dispatched_units, c.expected_units, c.closing_units,
    c.closing_units - c.expected_units AS unexplained_units, worth(k.cost, c.closing_units - c.expected_units) AS unexplained_gbp, c.untested
FROM (
    SELECT coalesce(c.system, o.system, f.system) AS system, coalesce(c.sku, o.sku, f.sku) AS sku, coalesce(c.site, o.site, f.site) AS site,
        CASE WHEN getvariable('opening_known') THEN CASE WHEN o.sku IS NULL THEN 0 ELSE o.units END END::DECIMAL(28, 5) AS opening_units,
        coalesce(f.received, 0) AS received_units, coalesce(f.transferred, 0) AS transferred_units, coalesce(f.dispatched, 0) AS dispatched_units,
        CASE WHEN getvariable('opening_known') THEN CASE WHEN o.sku IS NULL THEN 0 ELSE o.units END END::DECIMAL(28, 5)
            + coalesce(f.received, 0) - coalesce(f.transferred, 0) - coalesce(f.dispatched, 0) AS expected_units,
        CASE WHEN c.sku IS NULL THEN 0 ELSE c.units END::DECIMAL(28, 5) AS closing_units, c.untested
    FROM closing_stock AS c
    FULL JOIN opening_stock AS o ON o.system = c.system AND o.sku = c.sku AND o.site = c.site
    FULL JOIN flows AS f ON f.system = coalesce(c.system, o.system) AND f.sku = coalesce(c.sku, o.sku) AND f.site = coalesce(c.site, o.site)
) AS c
LEFT JOIN item_cost AS k ON k.sku = c.sku
WHERE coalesce(c.closing_units, 1) <> 0 OR coalesce(c.opening_units, 0) <> 0 OR c.received_units <> 0 OR c.transferred_units <> 0 OR c.dispatched_units <> 0
ORDER BY c.system, c.sku, c.site

-- name: totals
WITH places AS (SELECT DISTINCT system, sku, site FROM (FROM closing_stock SELECT system, sku, site UNION ALL FROM opening_stock SELECT system, sku, site UNION ALL FROM moved SELECT system, sku, site)),
figures AS (
    SELECT p.system, p.sku, p.site,
        (SELECT CASE WHEN count(*) = 0 THEN 0 ELSE any_value(units) END FROM closing_stock AS c WHERE c.system = p.system AND c.sku = p.sku AND c.site = p.site) AS closing,
        (SELECT CASE WHEN NOT getvariable('opening_known') THEN NULL WHEN count(*) = 0 THEN 0 ELSE any_value(units) END
         FROM opening_stock AS o WHERE o.system = p.system AND o.sku = p.sku AND o.site = p.site) AS opening,
        (SELECT coalesce(sum(received - transferred - dispatched), 0) FROM moved AS m WHERE m.system = p.system AND m.sku = p.sku AND m.site = p.site) AS net
    FROM places AS p
)
SELECT sum(opening) AS opening_units, (SELECT sum(received) FROM moved) AS received_units, (SELECT sum(transferred) FROM moved) AS transferred_units,
    (SELECT sum(dispatched) FROM moved) AS dispatched_units, sum(opening + net) AS expected_units, sum(closing) AS closing_units,
    sum(closing - opening - net) AS unexplained_units, sum(worth(k.cost, closing - opening - net)) AS unexplained_gbp
FROM figures LEFT JOIN item_cost AS k USING (sku)
