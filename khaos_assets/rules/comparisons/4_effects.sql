-- What an order difference does to the stock comparison: Khaos − WAIR, per code, record, SKU and site. Where the whole
-- stock difference is these units, it is the order's exception that a person works on (catalogue, suppression). A twin
-- (ORD-16) is one parcel named twice: it may or may not have moved stock twice.
CREATE OR REPLACE TABLE order_effect AS
SELECT 'ORD-05' AS code, record_key, reference, sku, site, least(dispatched, ordered) - sent AS units, FALSE AS twin
FROM order_comparison
WHERE is_open AND least(dispatched, ordered) > sent
UNION ALL
SELECT 'ORD-15', record_key, reference, sku, site, dispatched - greatest(ordered, sent), FALSE
FROM order_comparison
WHERE dispatched > ordered
UNION ALL
SELECT 'ORD-15', record_key, reference, sku, coalesce(order_site, site), dispatched - sent, FALSE
FROM order_comparison
WHERE sent > dispatched AND reference IN (SELECT reference FROM dispatched_reference)
UNION ALL
SELECT 'ORD-17', record_key, reference, sku, order_site, -sent, FALSE
FROM order_comparison
WHERE sent > 0 AND reference NOT IN (SELECT reference FROM dispatched_reference)
UNION ALL
SELECT 'ORD-16', d.source_key, d.full_reference, coalesce(m.stock_code, l.sku), loc.site, l.units, t.dispatch_key IS NOT NULL
FROM dispatch AS d
JOIN dispatch_line AS l ON l.system = d.system AND l.dispatch_key = d.source_key
JOIN map_location AS loc ON loc.location = d.place
LEFT JOIN sku_meaning AS m ON m.system = d.system AND m.sku = l.sku
LEFT JOIN dispatch_twin AS t ON t.system = d.system AND t.dispatch_key = d.source_key
WHERE NOT d.voided;
