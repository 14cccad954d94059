-- One fault, one exception: which candidate explains which other. Rows are edges (victim, suppressor, rank); the rank is the
-- line of the catalogue's table. Edges may chain; the evaluation follows them to their end.
CREATE OR REPLACE TEMP TABLE suppression_edge AS

-- 1 FEED-01, FEED-02 on a side: every code that concludes an absence or a sum from it
SELECT v.id AS victim, s.id AS suppressor, 1 AS rank
FROM candidate AS s
JOIN code_need AS n ON n.read = s.read AND (n.absence OR n.total)
JOIN candidate AS v ON v.code = n.code AND v.systems = n.systems
WHERE s.code IN ('FEED-01', 'FEED-02')
UNION ALL
SELECT v.id, s.id, 1
FROM candidate AS s
JOIN candidate AS v ON v.read = s.read AND v.code IN ('FEED-02', 'FEED-03')
WHERE s.code = 'FEED-01'

-- 2 FEED-03 on a side: stock, price and profile codes against that side
UNION ALL
SELECT v.id, s.id, 2
FROM candidate AS s
JOIN code_need AS n ON n.read = s.read
JOIN candidate AS v ON v.code = n.code AND v.systems = n.systems
    AND (v.code LIKE 'STK-%' OR v.code IN ('FIN-07', 'FIN-08', 'CUS-04'))
WHERE s.code = 'FEED-03'

-- 3 SKU-05: item identity codes for both codes in that system
UNION ALL
SELECT v.id, s.id, 3
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other AND v.code IN ('SKU-01', 'SKU-02', 'SKU-03')
    AND (v.other_sku IN (s.other_sku, s.sku) OR v.sku IN (s.other_sku, s.sku))
WHERE s.code = 'SKU-05'

-- 4 SKU-02: the same for the pair
UNION ALL
SELECT v.id, s.id, 4
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other
    AND ((v.code IN ('SKU-01', 'SKU-03') AND v.other_sku IN (s.other_sku, s.sku))
         OR (v.code = 'SKU-04' AND v.other_sku IN (spelling(s.other_sku, 2), spelling(s.sku, 2))))
WHERE s.code = 'SKU-02'

-- 5 SKU-01, SKU-02, SKU-05: stock and price codes for that SKU in that system
UNION ALL
SELECT v.id, s.id, 5
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other AND (v.code LIKE 'STK-%' OR v.code IN ('FIN-07', 'FIN-08')) AND v.other_sku = s.other_sku
WHERE s.code IN ('SKU-01', 'SKU-02', 'SKU-05')

-- 6 STK-03, STK-02, STK-07 in this order: the later ones and the other stock codes of that SKU and site
UNION ALL
SELECT v.id, s.id, 6
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other AND v.other_sku = s.other_sku AND v.site = s.site
WHERE (s.code = 'STK-03' AND v.code IN ('STK-02', 'STK-07', 'STK-01', 'STK-04', 'STK-05', 'STK-08'))
    OR (s.code = 'STK-02' AND v.code IN ('STK-07', 'STK-01', 'STK-04', 'STK-05', 'STK-08'))
    OR (s.code = 'STK-07' AND v.code IN ('STK-01', 'STK-08'))

-- 7 STK-06 in WAIR hides the comparison with it and the same in Khaos; in Khaos it hides STK-08; STK-03 hides STK-06
UNION ALL
SELECT v.id, s.id, 7
FROM candidate AS s
JOIN candidate AS v ON v.site = s.site
    AND ((v.code IN ('STK-01', 'STK-02', 'STK-07', 'STK-08') AND v.other = 'wair' AND v.other_sku = s.other_sku)
         OR (v.code = 'STK-06' AND v.systems = 'khaos' AND v.sku = s.sku))
WHERE s.code = 'STK-06' AND s.systems = 'wair'
UNION ALL
SELECT v.id, s.id, 7
FROM candidate AS s
JOIN candidate AS v ON v.code = 'STK-08' AND v.sku = s.sku AND v.site = s.site
WHERE s.code = 'STK-06' AND s.systems = 'khaos' AND v.other = 'wair'
UNION ALL
SELECT v.id, s.id, 7
FROM candidate AS s
JOIN candidate AS v ON v.code IN ('STK-02', 'STK-04', 'STK-05') AND v.other = s.other AND v.other_sku = s.other_sku AND v.site = s.site
WHERE s.code = 'STK-06' AND s.systems NOT IN ('khaos', 'wair')
UNION ALL
SELECT v.id, s.id, 7
FROM candidate AS s
JOIN candidate AS v ON v.code = 'STK-06' AND v.other = s.other AND v.other_sku = s.other_sku AND v.site = s.site
WHERE s.code = 'STK-03'

-- 8 SKU-04: stock codes for that SKU in that system
UNION ALL
SELECT v.id, s.id, 8
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other AND v.code LIKE 'STK-%' AND spelling(v.other_sku, 2) = s.other_sku
WHERE s.code = 'SKU-04'

-- 8b PIM-09: the channel's stock codes for that SKU
UNION ALL
SELECT v.id, s.id, 5
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other AND v.code IN ('STK-02', 'STK-04', 'STK-05') AND v.other_sku = s.other_sku
WHERE s.code = 'PIM-09'

-- 9 Order exceptions whose units are the whole stock difference at that site (with what is in transit there)
UNION ALL
SELECT v.id, e.id, 9
FROM candidate AS v
JOIN (
    SELECT s.id, f.sku, f.site, sum(f.units) OVER (PARTITION BY f.sku, f.site) AS units,
        CASE WHEN NOT f.twin THEN sum(f.units) FILTER (NOT f.twin) OVER (PARTITION BY f.sku, f.site) END AS units_once
    FROM order_effect AS f
    JOIN candidate AS s ON s.code = f.code AND s.record_key = f.record_key
) AS e ON e.sku = v.sku AND e.site = v.site
WHERE v.code IN ('STK-01', 'STK-02', 'STK-07') AND v.other = 'wair'
    AND (e.units IN (v.difference, v.difference - coalesce(v.in_transit, 0))
        OR e.units_once IN (v.difference, v.difference - coalesce(v.in_transit, 0)))

-- 10 Order codes among themselves: what the order's own state explains
UNION ALL
SELECT v.id, s.id, x.rank
FROM (VALUES
    ('ORD-05', 'ORD-07', 10), ('ORD-05', 'ORD-13', 10),
    ('ORD-09', 'ORD-05', 11), ('ORD-09', 'ORD-07', 11), ('ORD-09', 'ORD-11', 11), ('ORD-09', 'ORD-12', 11),
    ('ORD-09', 'ORD-13', 11), ('ORD-09', 'ORD-18', 11), ('ORD-09', 'FIN-', 11),
    ('ORD-10', 'ORD-05', 11), ('ORD-10', 'ORD-07', 11), ('ORD-10', 'ORD-11', 11), ('ORD-10', 'ORD-12', 11),
    ('ORD-10', 'ORD-13', 11), ('ORD-10', 'ORD-18', 11), ('ORD-10', 'FIN-', 11),
    ('ORD-14', 'ORD-05', 12), ('ORD-14', 'ORD-15', 12), ('ORD-14', 'ORD-17', 12),
    ('ORD-01', 'ORD-12', 13), ('ORD-01', 'ORD-16', 13), ('ORD-01', 'ORD-18', 13),
    ('ORD-02', 'ORD-12', 13), ('ORD-02', 'ORD-16', 13), ('ORD-02', 'ORD-18', 13), ('ORD-02', 'ORD-01', 13),
    ('ORD-11', 'FIN-01', 14), ('ORD-11', 'FIN-02', 14), ('ORD-11', 'FIN-03', 14), ('ORD-11', 'FIN-04', 14), ('ORD-11', 'FIN-10', 14)
) AS x(suppressor, victim, rank)
JOIN candidate AS s ON s.code = x.suppressor
JOIN candidate AS v ON v.reference = s.reference AND starts_with(v.code, x.victim)

-- 15 FIN-05; FIN-02, FIN-03, FIN-10: the money codes whose whole difference they make
UNION ALL
SELECT v.id, s.id, CASE WHEN s.code = 'FIN-05' THEN 15 ELSE 16 END
FROM money_effect AS e
JOIN candidate AS s ON s.code = e.suppressor AND s.other = e.channel AND s.reference = e.reference
JOIN candidate AS v ON v.code = e.victim AND v.other = e.channel AND v.reference = e.reference

-- 17 FIN-06 of a currency: every other comparison of the order's money. CUS-03: FIN-06 of a company class
UNION ALL
SELECT v.id, s.id, 17
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other AND v.reference = s.reference
    AND v.code IN ('FIN-01', 'FIN-02', 'FIN-03', 'FIN-04', 'FIN-05', 'FIN-09', 'FIN-10')
WHERE s.code = 'FIN-06' AND list_contains(string_split(s.field, '+'), 'currency')
UNION ALL
SELECT v.id, s.id, 19
FROM candidate AS s
JOIN candidate AS v ON v.code = 'FIN-06' AND v.field = 'company_class' AND v.other = s.other AND v.reference = s.reference
WHERE s.code = 'CUS-03'

-- 18 CUS-01 of one channel identity: orders of that customer on another account
UNION ALL
SELECT v.id, s.id, 18
FROM candidate AS s
JOIN account_group AS g ON g.lowest = s.record_key
JOIN account_mark AS m ON m.account = g.account AND m.kind = 'channel identity'
JOIN order_account AS o ON o.identifier = m.mark
JOIN candidate AS v ON v.code = 'CUS-03' AND v.other = o.channel AND v.reference = o.reference
WHERE s.code = 'CUS-01'

-- 20 PIM-03 of the price: the base price that it spoiled
UNION ALL
SELECT v.id, s.id, 20
FROM candidate AS s
JOIN candidate AS v ON v.code = 'FIN-08' AND v.other = s.other AND v.other_sku = s.other_sku
WHERE s.code = 'PIM-03' AND s.field = 'price';

-- Each victim's end of chain: open ones first, then the first line of the table, then the lowest id
CREATE OR REPLACE TEMP TABLE explained AS
WITH RECURSIVE chain AS (
    SELECT victim, suppressor, rank FROM suppression_edge
    UNION
    SELECT c.victim, e.suppressor, c.rank FROM chain AS c JOIN suppression_edge AS e ON e.victim = c.suppressor
),
ends AS (
    SELECT c.victim, c.suppressor, c.rank, s.state
    FROM chain AS c
    JOIN candidate AS s ON s.id = c.suppressor
    WHERE c.suppressor NOT IN (SELECT victim FROM suppression_edge)
)
SELECT victim, suppressor, state
FROM ends
QUALIFY row_number() OVER (PARTITION BY victim ORDER BY state = 'open' DESC, rank, suppressor) = 1;
