-- Valuation: stock at the count, units times indicative cost (Khaos's buy price; the ledger's cost cannot be read), Khaos beside WAIR.
-- Slow: nothing left for the configured time, where what can be read reaches back so far. Only sites that hold or should hold stock.

-- name: rows
WITH sides AS (
    SELECT sku, site, any_value(units) FILTER (system = 'khaos') AS khaos_units, any_value(units) FILTER (system = 'wair') AS wair_units,
        bool_or(system = 'khaos') AS in_khaos, bool_or(system = 'wair') AS in_wair, any_value(untested) AS untested
    FROM closing_stock GROUP BY ALL
)
SELECT s.sku, i.description, s.site, worth(k.cost, 1::DECIMAL(28, 5)) AS cost_each_gbp, s.khaos_units, worth(k.cost, s.khaos_units) AS khaos_gbp,
    s.wair_units, worth(k.cost, s.wair_units) AS wair_gbp,
    CASE WHEN s.in_khaos AND s.in_wair THEN s.khaos_units - s.wair_units END AS difference_units,
    CASE WHEN s.in_khaos AND s.in_wair THEN worth(k.cost, s.khaos_units - s.wair_units) END AS difference_gbp,
    l.day AS last_left_on,
    CASE WHEN coalesce(s.khaos_units, s.wair_units) <= 0 THEN FALSE WHEN l.day > getvariable('period_last') - getvariable('slow_moving_days') THEN FALSE
         WHEN (SELECT min(day) FROM last_left) <= getvariable('period_last') - getvariable('slow_moving_days') THEN TRUE END AS slow,
    coalesce(i.discontinued, FALSE) AS discontinued, s.untested
FROM sides AS s
LEFT JOIN (SELECT sku, any_value(description) AS description, bool_or(discontinued) AS discontinued FROM item WHERE system = 'khaos' GROUP BY sku) AS i USING (sku)
LEFT JOIN item_cost AS k USING (sku)
LEFT JOIN last_left AS l USING (sku)
WHERE coalesce(s.khaos_units, 1) <> 0 OR coalesce(s.wair_units, 0) <> 0
ORDER BY s.sku, s.site

-- name: totals
WITH each_one AS (
    SELECT c.system, c.sku, c.site, c.units, worth(k.cost, c.units) AS gbp FROM closing_stock AS c LEFT JOIN item_cost AS k USING (sku)
),
apart AS (
    SELECT k.units - w.units AS units, worth(c.cost, k.units - w.units) AS gbp
    FROM closing_stock AS k
    JOIN closing_stock AS w ON w.system = 'wair' AND w.sku = k.sku AND w.site = k.site
    LEFT JOIN item_cost AS c ON c.sku = k.sku
    WHERE k.system = 'khaos'
)
SELECT (SELECT sum(units) FROM each_one WHERE system = 'khaos') AS khaos_units, (SELECT sum(gbp) FROM each_one WHERE system = 'khaos') AS khaos_gbp,
    (SELECT sum(units) FROM each_one WHERE system = 'wair') AS wair_units, (SELECT sum(gbp) FROM each_one WHERE system = 'wair') AS wair_gbp,
    (SELECT sum(units) FROM apart) AS difference_units, (SELECT sum(gbp) FROM apart) AS difference_gbp
