-- The owner's price to the attribute in which Plytix shows it (FIN-08, pim_price.sql).
SELECT o.case_key, 'plytix.price' AS write, 50 AS rank, {'id': p.id, 'label': a.name, 'kind': a.kind} AS target,
    o.record, 'price' AS field, a.value AS before, o.after, NULL::DECIMAL(28, 5) AS units, o.floor, o.rests_on, o.evidence,
    CASE
        WHEN count(*) OVER (PARTITION BY o.case_key) > 1 THEN 'Plytix has the SKU several times'
        WHEN a.kind NOT IN ('text', 'number') THEN 'its price is kept as ' || a.kind
        ELSE o.left_out
    END AS left_out
FROM pim_price AS o
JOIN wire.plytix_products AS p ON p.id = o.source_key
JOIN (SELECT id, unnest(attributes, recursive := TRUE) FROM wire.plytix_products) AS a(id, name, kind, value) ON a.id = p.id AND a.name = o.attribute
WHERE o.system = 'plytix'
