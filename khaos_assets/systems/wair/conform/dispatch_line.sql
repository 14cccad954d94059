-- One SKU may stand on two lines of a dispatch: summed (contract 3.5).
SELECT 'wair' AS system, dispatch_id AS dispatch_key, line.sku_id AS sku, sum(line.quantity) AS units
FROM (SELECT dispatch_id, unnest(lines) AS line FROM wire.wair_dispatches)
GROUP BY ALL
