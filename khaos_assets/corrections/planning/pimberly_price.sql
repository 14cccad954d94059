-- The owner's price to the attribute in which Pimberly shows it (FIN-08), on that attribute's basis. Never below the cost.
-- Left out: a key of a channel view, which may lag behind what was written.
SELECT c.case_key, 'pimberly.price' AS write, 50 AS rank,
    {'primary_id': p.primary_id, 'attribute': a.name, 'kind': a.kind} AS target,
    c.record_key AS record, 'price' AS field, a.value AS before, b.expected::VARCHAR AS after,
    NULL::DECIMAL(28, 5) AS units,
    ((k.cost.num * 10000 // k.cost.den)::DECIMAL(20, 0) * 0.0001 * (CASE WHEN b.is_net THEN 1 ELSE 1 + b.percent / 100 END))::DECIMAL(28, 4) AS floor,
    ['khaos/stock_items', 'pimberly/products'] AS rests_on,
    json_object('reason', c.reason, 'owner', c.expected_snapshot, 'pimberly', c.actual_snapshot) AS evidence,
    CASE
        WHEN getvariable('pimberly_view') <> 'feed' THEN 'the key shows a channel''s view, which may lag behind what is written'
        WHEN count(*) OVER (PARTITION BY c.case_key) > 1 THEN 'Pimberly has the SKU several times'
        WHEN a.kind NOT IN ('text', 'number') THEN 'its price is kept as ' || a.kind
        WHEN k.cost.num IS NULL OR b.percent IS NULL THEN 'its cost on this basis is not known'
    END AS left_out
FROM open_case AS c
JOIN base_price AS b ON b.systems = c.systems AND b.sku = c.record_key AND b.scope = c.scope AND b.amount <> b.expected
JOIN wire.pimberly_products AS p ON p.id = b.source_key
JOIN (SELECT id, unnest(attributes, recursive := TRUE) FROM wire.pimberly_products) AS a(id, name, kind, value) ON a.id = p.id
JOIN pim_attribute AS w ON w.system = 'pimberly' AND w.field = 'price' AND w.attribute = a.name
LEFT JOIN item_cost AS k ON k.sku = c.counterpart_key
WHERE c.code = 'FIN-08' AND c.systems = 'khaos>pimberly'
