-- One fault, one exception: which candidate explains which other. Rows are edges (victim, suppressor, rank); the rank is the
-- line of the catalogue's table. Edges may chain; the evaluation follows them to their end.

-- By the reference as it stands: two channels may give one number to two orders, which only the prefix tells apart
CREATE OR REPLACE TEMP VIEW order_candidate AS
SELECT c.id, c.code, coalesce(p.prefix, '') || c.reference AS reference
FROM candidate AS c
LEFT JOIN channel_prefix AS p ON p.channel = c.other
WHERE c.code LIKE 'ORD-%' OR c.code LIKE 'FIN-%';

CREATE OR REPLACE TEMP TABLE suppression_edge AS

-- 1 FEED-02 on a side: every code that concludes an absence or a sum from it (with FEED-01 these are NOT TESTED)
SELECT v.id AS victim, s.id AS suppressor, 1 AS rank
FROM candidate AS s
JOIN code_need AS n ON n.read = s.read AND (n.absence OR n.total)
JOIN candidate AS v ON v.code = n.code AND v.systems = n.systems
WHERE s.code = 'FEED-02'
UNION ALL
SELECT v.id, s.id, 1
FROM candidate AS s
JOIN candidate AS v ON v.read = s.read AND v.code = 'FEED-03'
WHERE s.code = 'FEED-01'

-- 2 FEED-03 on a side: stock, price, product data and profile codes against that side, and their backlogs
UNION ALL
SELECT v.id, s.id, 2
FROM candidate AS s
JOIN code_need AS n ON n.read = s.read
JOIN candidate AS v ON v.code = n.code AND v.systems = n.systems
    AND (v.code LIKE 'STK-%' OR v.code IN ('PIM-02', 'PIM-03', 'FIN-07', 'FIN-08', 'CUS-04'))
WHERE s.code = 'FEED-03'
UNION ALL
SELECT v.id, s.id, 2
FROM candidate AS s
JOIN code_need AS n ON n.read = s.read
JOIN backlog_member AS b ON b.code = n.code
JOIN candidate AS v ON v.code = 'FEED-05' AND v.systems = n.systems AND v.record_key = n.systems || '/' || b.class
WHERE s.code = 'FEED-03'

-- 3 FEED-06: its members, the records from its first to its last key (`reference` has their codes)
UNION ALL
SELECT v.id, s.id, 3
FROM candidate AS s
JOIN candidate AS v ON v.systems = s.systems AND v.record_key BETWEEN s.sku AND s.other_sku
    AND list_contains(string_split(s.reference, '+'), v.code)
WHERE s.code = 'FEED-06'

-- 5 SKU-05: item identity codes for both codes in that system
UNION ALL
SELECT v.id, s.id, 5
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other AND v.code IN ('SKU-02', 'SKU-03', 'PIM-08')
    AND (v.other_sku IN (s.other_sku, s.sku) OR v.sku IN (s.other_sku, s.sku))
WHERE s.code = 'SKU-05'

-- 6 SKU-02: the same for the pair
UNION ALL
SELECT v.id, s.id, 6
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other
    AND ((v.code IN ('SKU-03', 'PIM-08') AND v.other_sku IN (s.other_sku, s.sku))
         OR (v.code = 'SKU-04' AND v.other_sku IN (spelling(s.other_sku, 2), spelling(s.sku, 2))))
WHERE s.code = 'SKU-02'

-- 7 SKU-02, SKU-05: parents and components that differ only by that SKU
UNION ALL
SELECT v.id, s.id, 7
FROM candidate AS s
JOIN variant_parent AS p ON p.pim = s.other AND p.parent_sku = s.other_sku
JOIN variant AS x ON x.pim = p.pim AND x.sku = p.sku
JOIN candidate AS v ON v.other = p.pim AND v.record_key = p.sku
    AND (v.code = 'PIM-04' OR (v.code = 'PIM-05' AND x.same_meaning))
WHERE s.code IN ('SKU-02', 'SKU-05')
UNION ALL
SELECT v.id, s.id, 7
FROM candidate AS s
JOIN bundle_part AS p ON p.pim = s.other AND p.part = s.other_sku AND p.in_pim
JOIN bundle AS b ON b.pim = p.pim AND b.sku = p.sku AND b.same_meaning
JOIN candidate AS v ON v.code = 'PIM-06' AND v.other = p.pim AND v.record_key = p.sku
WHERE s.code IN ('SKU-02', 'SKU-05')

-- 8 SKU-01, SKU-02, SKU-05: stock and price codes for that SKU in that system (attributes are compared of equal SKUs only)
UNION ALL
SELECT v.id, s.id, 8
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other AND v.other_sku = s.other_sku
    AND (v.code LIKE 'STK-%' OR v.code IN ('FIN-07', 'FIN-08'))
WHERE s.code IN ('SKU-01', 'SKU-02', 'SKU-05')

-- 9 PIM-04: PIM-05 for the variant; where Khaos lacks the parent, what the parent itself is told of
UNION ALL
SELECT v.id, s.id, 9
FROM candidate AS s
JOIN candidate AS v ON v.code = 'PIM-05' AND v.other = s.other AND v.record_key = s.record_key
WHERE s.code = 'PIM-04'
UNION ALL
SELECT v.id, s.id, 9
FROM candidate AS s
JOIN variant_parent AS p ON p.pim = s.other AND p.sku = s.record_key AND p.present AND NOT p.archived
JOIN candidate AS v ON v.code IN ('SKU-01', 'PIM-08') AND v.other = s.other AND v.other_sku = p.parent_sku
WHERE s.code = 'PIM-04' AND s.reason = 'parent_missing_in_khaos'

-- 10 PIM-08: SKU-01. 11 PIM-07: SKU-03 and PIM-02. 12 PIM-09: the channel's stock
UNION ALL
SELECT v.id, s.id, x.rank
FROM (VALUES
    ('PIM-08', 'SKU-01', 10), ('PIM-07', 'SKU-03', 11), ('PIM-07', 'PIM-02', 11),
    ('PIM-09', 'STK-02', 12), ('PIM-09', 'STK-04', 12), ('PIM-09', 'STK-05', 12)
) AS x(suppressor, victim, rank)
JOIN candidate AS s ON s.code = x.suppressor
JOIN candidate AS v ON v.code = x.victim AND v.other = s.other AND v.other_sku = s.other_sku

-- 13 PIM-01: PIM-02 for the missing attribute
UNION ALL
SELECT v.id, s.id, 13
FROM candidate AS s
JOIN candidate AS v ON v.code = 'PIM-02' AND v.other = s.other AND v.other_sku = s.other_sku
    AND list_contains(string_split(s.field, '+'), v.field)
WHERE s.code = 'PIM-01'

-- 14 PIM-03: whatever compares the figure that was overwritten, in any system; a price of another list does not
UNION ALL
SELECT v.id, s.id, 14
FROM candidate AS s
JOIN candidate AS v ON v.sku = s.sku
    AND (v.code = 'PIM-02' OR (v.code = 'FIN-08' AND NOT starts_with(v.reason, 'price list')))
    AND (v.field = s.field OR (v.field = 'price' AND s.field IN ('sell_price', 'web_price')))
WHERE s.code = 'PIM-03'

-- 15 STK-03, STK-02, STK-07 in this order: what else can be told of that SKU and site
UNION ALL
SELECT v.id, s.id, 15
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other AND v.other_sku = s.other_sku AND v.site = s.site
WHERE (s.code = 'STK-03' AND v.code = 'STK-04')
    OR (s.code = 'STK-02' AND v.code IN ('STK-07', 'STK-01', 'STK-04', 'STK-08'))
    OR (s.code = 'STK-07' AND v.code IN ('STK-01', 'STK-08'))

-- 16 STK-06 in WAIR hides the comparison with it and the same in Khaos; in Khaos it hides STK-08; STK-03 hides STK-06
UNION ALL
SELECT v.id, s.id, 16
FROM candidate AS s
JOIN candidate AS v ON v.site = s.site
    AND ((v.code IN ('STK-01', 'STK-02', 'STK-07', 'STK-08') AND v.other = 'wair' AND v.other_sku = s.other_sku)
         OR (v.code = 'STK-06' AND v.systems = 'khaos' AND v.sku = s.sku))
WHERE s.code = 'STK-06' AND s.systems = 'wair'
UNION ALL
SELECT v.id, s.id, 16
FROM candidate AS s
JOIN candidate AS v ON v.code = 'STK-08' AND v.sku = s.sku AND v.site = s.site
WHERE s.code = 'STK-06' AND s.systems = 'khaos'
UNION ALL
SELECT v.id, s.id, 16
FROM candidate AS s
JOIN candidate AS v ON v.code IN ('STK-04', 'STK-05') AND v.other = s.other AND v.other_sku = s.other_sku AND v.site = s.site
WHERE s.code = 'STK-06' AND s.systems NOT IN ('khaos', 'wair')
UNION ALL
SELECT v.id, s.id, 16
FROM candidate AS s
JOIN candidate AS v ON v.code = 'STK-06' AND v.other = s.other AND v.other_sku = s.other_sku AND v.site = s.site
WHERE s.code = 'STK-03'

-- 17 SKU-04: stock codes for that SKU in that system
UNION ALL
SELECT v.id, s.id, 17
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other AND v.code LIKE 'STK-%' AND spelling(v.other_sku, 2) = s.other_sku
WHERE s.code = 'SKU-04'

-- 21 Order exceptions whose units are the whole stock difference at that site (with what is in transit there)
UNION ALL
SELECT v.id, e.id, 21
FROM candidate AS v
JOIN (
    SELECT s.id, f.sku, f.site, sum(f.units) OVER (PARTITION BY f.sku, f.site) AS units,
        CASE WHEN NOT f.twin THEN sum(f.units) FILTER (NOT f.twin) OVER (PARTITION BY f.sku, f.site) END AS units_once
    FROM order_effect AS f
    JOIN candidate AS s ON s.code = f.code AND s.record_key = f.record_key AND s.reference = f.reference
) AS e ON e.sku = v.sku AND e.site = v.site
WHERE v.code IN ('STK-01', 'STK-02', 'STK-07') AND v.other = 'wair'
    AND (e.units IN (v.difference, v.difference - coalesce(v.in_transit, 0))
        OR e.units_once IN (v.difference, v.difference - coalesce(v.in_transit, 0)))

-- 20, 22 to 25 Order codes among themselves: what the order's own state explains
UNION ALL
SELECT v.id, s.id, x.rank
FROM (VALUES
    ('ORD-05', 'ORD-07', 20), ('ORD-05', 'ORD-13', 20),
    -- A cancelled order is compared no further
    ('ORD-09', 'ORD-12', 22), ('ORD-09', 'ORD-13', 22),
    ('ORD-10', 'ORD-05', 22), ('ORD-10', 'ORD-12', 22), ('ORD-10', 'ORD-13', 22),
    ('ORD-14', 'ORD-05', 23), ('ORD-14', 'ORD-15', 23),
    ('ORD-01', 'ORD-12', 24), ('ORD-01', 'ORD-16', 24), ('ORD-01', 'ORD-18', 24),
    ('ORD-02', 'ORD-12', 24), ('ORD-02', 'ORD-16', 24), ('ORD-02', 'ORD-18', 24),
    ('ORD-11', 'FIN-01', 25), ('ORD-11', 'FIN-02', 25), ('ORD-11', 'FIN-03', 25), ('ORD-11', 'FIN-04', 25), ('ORD-11', 'FIN-10', 25)
) AS x(suppressor, victim, rank)
JOIN order_candidate AS s ON s.code = x.suppressor
JOIN order_candidate AS v ON v.reference = s.reference AND v.code = x.victim

-- 26, 27 FIN-05; FIN-02, FIN-03, FIN-10: the money codes whose whole difference they make
UNION ALL
SELECT v.id, s.id, CASE WHEN s.code = 'FIN-05' THEN 26 ELSE 27 END
FROM money_effect AS e
JOIN candidate AS s ON s.code = e.suppressor AND s.other = e.channel AND s.reference = e.reference
JOIN candidate AS v ON v.code = e.victim AND v.other = e.channel AND v.reference = e.reference

-- 28, 30 FIN-06 of a currency: every other comparison of the order's money. CUS-03: FIN-06 of a company class
UNION ALL
SELECT v.id, s.id, 28
FROM candidate AS s
JOIN candidate AS v ON v.other = s.other AND v.reference = s.reference
    AND v.code IN ('FIN-01', 'FIN-02', 'FIN-03', 'FIN-04', 'FIN-05', 'FIN-09', 'FIN-10')
WHERE s.code = 'FIN-06' AND list_contains(string_split(s.field, '+'), 'currency')
UNION ALL
SELECT v.id, s.id, 30
FROM candidate AS s
JOIN candidate AS v ON v.code = 'FIN-06' AND v.field = 'company_class' AND v.other = s.other AND v.reference = s.reference
WHERE s.code = 'CUS-03'

-- 29 CUS-01 of one channel identity: orders of that customer on another account
UNION ALL
SELECT v.id, s.id, 29
FROM candidate AS s
JOIN account_group AS g ON g.lowest = s.record_key
JOIN account_mark AS m ON m.account = g.account AND m.kind = 'channel identity'
JOIN order_account AS o ON o.identifier = m.mark
JOIN candidate AS v ON v.code = 'CUS-03' AND v.other = o.channel AND v.reference = o.reference
WHERE s.code = 'CUS-01';

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
