-- The owner's price to the attribute in which Pimberly shows it (FIN-08, pim_price.sql).
-- Left out: a key of a channel view, which may lag behind what was written.
SELECT o.case_key, 'pimberly.price' AS write, 50 AS rank, {'primary_id': p.primary_id, 'attribute': a.name, 'kind': a.kind} AS target,
    o.record, 'price' AS field, a.value AS before, o.after, NULL::DECIMAL(28, 5) AS units, o.floor, o.rests_on, o.evidence,
    CASE
        WHEN getvariable('pimberly_view') <> 'feed' THEN 'the key shows a channel''s view, which may lag behind what is written'
        WHEN count(*) OVER (PARTITION BY o.case_key) > 1 THEN 'Pimberly has the SKU several times'
        WHEN a.kind NOT IN ('text', 'number') THEN 'its price is kept as ' || a.kind
        ELSE o.left_out
    END AS left_out
FROM pim_price AS o
JOIN wire.pimberly_products AS p ON p.id = o.source_key
JOIN (SELECT id, unnest(attributes, recursive := TRUE) FROM wire.pimberly_products) AS a(id, name, kind, value) ON a.id = p.id AND a.name = o.attribute
WHERE o.system = 'pimberly'
