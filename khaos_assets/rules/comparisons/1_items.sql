-- Which Khaos item each SKU of another system means, and how that was found.

-- Spellings, each step added to those before it (catalogue SKU-02)
CREATE OR REPLACE MACRO spelling(sku, step) AS CASE step
    WHEN 1 THEN lower(sku)
    WHEN 2 THEN trim(lower(sku), ' ' || chr(9) || chr(10) || chr(13) || chr(160))
    WHEN 3 THEN regexp_replace(lower(sku), '[\s\x{A0}]', '', 'g')
    WHEN 4 THEN ltrim(regexp_replace(lower(sku), '[\s\x{A0}]', '', 'g'), '0')
    WHEN 5 THEN regexp_replace(ltrim(regexp_replace(lower(sku), '[\s\x{A0}]', '', 'g'), '0'), '[^\p{L}\p{N}]', '', 'g')
END;

-- SKUs that are there although no item stands for them: set aside tonight, or found when asked for by themselves
CREATE OR REPLACE TABLE there_unlisted AS
SELECT system, sku
FROM (
    SELECT system, key AS sku FROM quarantine WHERE (system, entity) IN (('khaos', 'stock_items'), ('wair', 'items'))
    UNION
    -- A variant or product goes by an id: its SKU is read out of what was sent
    SELECT system, text_in(raw, CASE system WHEN 'scayle' THEN 'referenceKey' ELSE 'sku' END)
    FROM quarantine WHERE (system, entity) IN (('scayle', 'variants'), ('orocommerce', 'products'))
    UNION
    SELECT system, sku FROM item_asked WHERE found
)
WHERE sku IS NOT NULL;

-- A stock code that Khaos used before for an item that now has another one (same STOCK_ID)
CREATE OR REPLACE TABLE renamed AS
SELECT DISTINCT h.stock_code AS old_sku, i.sku AS new_sku, i.item_id
FROM history_stock_codes AS h
JOIN item AS i ON i.system = 'khaos' AND i.item_id = h.stock_id
WHERE h.stock_code NOT IN (SELECT sku FROM item WHERE system = 'khaos');

CREATE OR REPLACE TABLE item_match AS
WITH others AS (
    SELECT system, sku, min_by(barcodes, source_key) AS barcodes, min(source_key) AS source_key
    FROM item
    WHERE system <> 'khaos' AND active AND sku NOT IN (SELECT sku FROM non_stock_code)
        -- A parent that the merchant does not keep as a stock item
        AND (kind <> 'style_parent' OR (system, kind) IN (FROM carried_kind))
    GROUP BY system, sku
),
khaos AS (SELECT sku, other_ref, barcodes FROM item WHERE system = 'khaos'),
known AS (SELECT sku FROM khaos UNION SELECT sku FROM there_unlisted WHERE system = 'khaos'),
unmatched AS (SELECT * FROM others WHERE sku NOT IN (SELECT sku FROM known)),
steps(step, reason) AS (VALUES (1, 'case'), (2, 'outer blanks'), (3, 'inner blanks'), (4, 'leading zeros'), (5, 'punctuation')),
-- What agrees at any step agrees at the last. Only worth the work where something is unmatched
spelled AS (
    SELECT sku, spelling(sku, 5) AS spelled FROM khaos WHERE (SELECT count(*) FROM unmatched) > 0
),
found AS (
    SELECT u.system, u.sku, s.step, s.reason, k.sku AS stock_code
    FROM (SELECT system, sku, spelling(sku, 5) AS spelled FROM unmatched) AS u
    JOIN spelled AS k USING (spelled)
    JOIN steps AS s ON spelling(k.sku, s.step) = spelling(u.sku, s.step) AND spelling(k.sku, s.step) <> ''
    UNION ALL
    SELECT u.system, u.sku, 6, 'other reference', k.sku
    FROM unmatched AS u JOIN khaos AS k ON k.other_ref = u.sku
    UNION ALL
    SELECT DISTINCT u.system, u.sku, 7, 'barcode', k.sku
    FROM (SELECT system, sku, unnest(list_distinct(list_append(barcodes, sku))) AS barcode FROM unmatched) AS u
    JOIN (SELECT sku, unnest(barcodes) AS barcode FROM khaos) AS k USING (barcode)
),
first_step AS (
    SELECT system, sku, min(step) AS step, min_by(reason, step) AS reason FROM found GROUP BY ALL
),
candidates AS (
    SELECT f.system, f.sku, f.reason, list(DISTINCT found.stock_code ORDER BY found.stock_code) AS candidates
    FROM first_step AS f JOIN found USING (system, sku, step)
    GROUP BY ALL
)
SELECT o.system, o.sku, o.source_key,
    CASE
        WHEN r.new_sku IS NOT NULL THEN 'renamed'
        WHEN o.sku IN (SELECT sku FROM known) THEN 'exact'
        WHEN len(c.candidates) = 1 THEN 'near'
        ELSE 'unknown'
    END AS how,
    CASE
        WHEN r.new_sku IS NOT NULL THEN r.new_sku
        WHEN o.sku IN (SELECT sku FROM known) THEN o.sku
        WHEN len(c.candidates) = 1 THEN c.candidates[1]
    END AS stock_code,
    c.reason AS step,
    c.candidates
FROM others AS o
LEFT JOIN candidates AS c USING (system, sku)
LEFT JOIN renamed AS r ON r.old_sku = o.sku;

-- The stock code that a SKU on an order, dispatch or price line means
CREATE OR REPLACE TABLE sku_meaning AS
SELECT system, sku, stock_code
FROM item_match
WHERE how IN ('near', 'renamed')
    -- A SKU that only seems unknown, because the read of stock items lost it, means itself
    AND EXISTS (FROM control_read AS r WHERE r.night = getvariable('night') AND r.system = 'khaos'
                AND r.entity = 'stock_items' AND r.verdict <> 'INCOMPLETE' AND r.proof <> 'overlap_only')
UNION ALL
SELECT 'khaos', old_sku, min(new_sku) FROM renamed GROUP BY old_sku;

-- Codes outside every comparison of units: non-stock codes, pack and style parents
CREATE OR REPLACE TABLE outside_units AS
SELECT sku FROM item WHERE system = 'khaos' AND kind IN ('pack', 'style_parent')
UNION
SELECT sku FROM non_stock_code;

-- Codes outside every stock code: these, and items without stock control (they are still ordered, sent and dispatched)
CREATE OR REPLACE TABLE outside_stock AS
SELECT sku FROM outside_units
UNION
SELECT sku FROM item WHERE system = 'khaos' AND kind = 'not_stocked';

-- Cost of an item in pounds; a pack without its own has its components'
CREATE OR REPLACE TABLE item_cost AS
WITH packs AS (
    SELECT r.parent_sku AS sku, fraction_sum(list(times_units(c.cost, r.quantity))) AS cost
    FROM item_relation AS r
    LEFT JOIN item AS c ON c.system = 'khaos' AND c.sku = r.child_sku
    WHERE r.system = 'khaos' AND r.kind = 'pack'
    GROUP BY r.parent_sku
)
SELECT i.sku, CASE WHEN i.cost.num <> 0 THEN i.cost ELSE coalesce(p.cost, i.cost) END AS cost, i.price
FROM item AS i
LEFT JOIN packs AS p USING (sku)
WHERE i.system = 'khaos';

-- Sites that any place of another system is mapped to; all sites where nothing is
CREATE OR REPLACE TABLE mapped_site AS
WITH mapped AS (SELECT site FROM map_location UNION SELECT site FROM map_warehouse)
SELECT site FROM mapped
UNION
SELECT place FROM site WHERE system = 'khaos' AND (SELECT count(*) FROM mapped) = 0;

-- Sellable over all mapped sites: available less the buffer, once, never below zero (catalogue "sellable"). Unknown where a
-- site's level is (greatest() would take NULL for zero); a pack's where a component's is.
CREATE OR REPLACE TABLE sellable AS
WITH available AS (
    SELECT sku, CASE WHEN count(available) = count(*) THEN sum(available) END AS available
    FROM stock_position
    WHERE system = 'khaos' AND place IN (SELECT site FROM mapped_site)
    GROUP BY sku
),
buffered AS (
    SELECT i.sku, i.kind, a.available,
        CASE
            WHEN i.run_to_zero THEN 0
            WHEN getvariable('buffer_source') = 'safe_level' THEN coalesce(i.safe_level, 0)
            ELSE coalesce(b.units, getvariable('buffer_default'))
        END AS buffer
    FROM item AS i
    LEFT JOIN available AS a USING (sku)
    LEFT JOIN buffer_per_code AS b USING (sku)
    WHERE i.system = 'khaos'
),
own AS (
    SELECT sku, kind, CASE WHEN available IS NOT NULL THEN greatest(available - buffer, 0)::DECIMAL(28, 5) END AS units
    FROM buffered
),
packs AS (
    SELECT r.parent_sku AS sku,
        CASE WHEN bool_and(c.units IS NOT NULL AND coalesce(r.quantity > 0, FALSE))
             THEN min((c.units * 100000)::HUGEINT // (nullif(r.quantity, 0) * 100000)::HUGEINT)::DECIMAL(28, 5) END AS units
    FROM item_relation AS r LEFT JOIN own AS c ON c.sku = r.child_sku
    WHERE r.system = 'khaos' AND r.kind = 'pack'
    GROUP BY r.parent_sku
)
SELECT o.sku, CASE WHEN o.kind = 'pack' THEN p.units ELSE o.units END AS units
FROM own AS o LEFT JOIN packs AS p USING (sku);
