-- Of a case of a price that a PIM shows (FIN-08): the owner's, on the basis of the attribute that shows it. Never below the cost.
CREATE OR REPLACE TEMP TABLE pim_price AS
SELECT c.case_key, c.record_key AS record, w.system, b.source_key, w.attribute, b.expected::VARCHAR AS after,
    ((k.cost.num * 10000 // k.cost.den)::DECIMAL(20, 0) * 0.0001 * (CASE WHEN b.is_net THEN 1 ELSE 1 + b.percent / 100 END))::DECIMAL(28, 4) AS floor,
    ['khaos/stock_items', w.system || '/products'] AS rests_on,
    json_object('reason', c.reason, 'owner', c.expected_snapshot, w.system, c.actual_snapshot) AS evidence,
    CASE WHEN k.cost.num IS NULL OR b.percent IS NULL THEN 'its cost on this basis is not known' END AS left_out
FROM open_case AS c
JOIN base_price AS b ON b.systems = c.systems AND b.sku = c.record_key AND b.scope = c.scope AND b.amount <> b.expected
JOIN pim_attribute AS w ON c.systems = 'khaos>' || w.system AND w.field = 'price'
LEFT JOIN item_cost AS k ON k.sku = c.counterpart_key
WHERE c.code = 'FIN-08';
