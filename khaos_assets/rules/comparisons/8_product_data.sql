-- Product data of the PIMs beside Khaos's: fields, variants and their parents, bundles, what was withdrawn.

-- Who owns a field: the ownership table; where it names nobody, a PIM what describes, Khaos what costs
CREATE OR REPLACE TABLE field_owner AS
SELECT field, system FROM ownership
UNION
SELECT d.field, p.system
FROM (VALUES ('description'), ('long_description'), ('weight'), ('height'), ('width'), ('depth'), ('commodity_code')) AS d(field)
CROSS JOIN (SELECT DISTINCT system FROM pim_attribute) AS p
WHERE d.field NOT IN (SELECT field FROM ownership)
UNION
SELECT d.field, 'khaos'
FROM (VALUES ('cost'), ('price'), ('sell_price'), ('web_price'), ('tax_code')) AS d(field)
WHERE d.field NOT IN (SELECT field FROM ownership);

-- Products of a PIM, one row per SKU: one that stands twice says nothing certain (SKU-04)
CREATE OR REPLACE TABLE pim_product AS
SELECT i.system AS pim, i.system || '>khaos' AS from_pim, 'khaos>' || i.system AS to_pim, i.sku,
    any_value(i.kind) AS kind, bool_and(i.active) AS active, bool_and(coalesce(i.archived, FALSE)) AS archived, any_value(i.live) AS live,
    any_value(i.changed_at) AS changed_at, any_value(i.snapshot) AS snapshot,
    -- A parent type that the merchant does not keep as a stock item
    any_value(i.kind) = 'style_parent' AND (i.system, 'style_parent') NOT IN (FROM carried_kind) AS not_kept
FROM item AS i
WHERE i.system IN ('plytix', 'pimberly') AND i.sku NOT IN (SELECT sku FROM non_stock_code)
GROUP BY i.system, i.sku
HAVING count(*) = 1;

-- Products that both a PIM and Khaos know under one SKU
CREATE OR REPLACE TABLE pim_item AS
SELECT p.*, k.kind AS khaos_kind, k.discontinued, k.parent_sku AS khaos_parent, k.vat_percent, k.snapshot AS khaos_snapshot
FROM pim_product AS p
JOIN item AS k ON k.system = 'khaos' AND k.sku = p.sku;

-- Physical stock over all mapped sites; unknown where a site's is, or where the orders that it is derived from may lack some
CREATE OR REPLACE TABLE physical_total AS
SELECT sku, sum_of_all(physical) AS units
FROM physical
WHERE site IN (SELECT site FROM mapped_site)
    AND 3 = (SELECT count(*) FROM control_read AS r WHERE r.night = getvariable('night') AND r.verdict <> 'INCOMPLETE'
                AND r.system = 'khaos' AND r.entity IN ('sales_orders', 'order_lines', 'stock_levels'))
GROUP BY sku;

-- What a product must have before Khaos can take it: the fields the merchant names; its cost where the PIM owns that
CREATE OR REPLACE TABLE required_field AS
SELECT a.system AS pim, a.field
FROM pim_attribute AS a
LEFT JOIN pim_mandatory AS m ON m.system = a.system AND m.field = a.field
LEFT JOIN field_owner AS o ON o.system = a.system AND o.field = a.field
WHERE CASE WHEN a.field = 'cost' THEN o.field IS NOT NULL ELSE m.field IS NOT NULL END;

-- Fields that a PIM owns and Khaos has too, in Khaos's words. A tax code that no mapping knows cannot be compared (MAP-01).
-- Of what both have withdrawn nobody corrects a description.
CREATE OR REPLACE TEMP VIEW attribute_pair AS
SELECT i.pim, i.from_pim AS systems, a.sku, a.field, a.raw AS pim_raw, k.raw AS khaos_raw, a.changed_at,
    a.snapshot, i.khaos_snapshot,
    CASE WHEN a.field = 'tax_code' THEN plain(t.percent) ELSE a.value END AS pim_value, k.value AS khaos_value
FROM item_attribute AS a
JOIN field_owner AS o ON o.system = a.system AND o.field = a.field
JOIN pim_item AS i ON i.pim = a.system AND i.sku = a.sku
JOIN item_attribute AS k ON k.system = 'khaos' AND k.sku = a.sku AND k.field = a.field
LEFT JOIN map_tax_label AS t ON t.label = a.value
WHERE NOT (i.archived AND i.discontinued)
    AND (a.field <> 'tax_code' OR a.value IS NULL OR t.percent IS NOT NULL);

-- Amounts that a PIM shows beside Khaos's: the PIM's on its own basis, `expected` what Khaos's is there, to the penny
CREATE OR REPLACE TABLE money_field AS
WITH shown AS (
    SELECT i.pim, i.sku, a.field, f.unit = 'gross' AS gross, money_in(number_in(a.value)) AS shown, a.raw, a.changed_at, a.snapshot,
        i.khaos_snapshot, i.archived AND i.discontinued AS withdrawn, i.vat_percent,
        CASE a.field WHEN 'cost' THEN k.cost WHEN 'price' THEN k.price WHEN 'sell_price' THEN k.sell_price ELSE k.web_price END AS khaos,
        k.changed_at AS khaos_changed_at
    FROM item_attribute AS a
    JOIN pim_attribute AS f ON f.system = a.system AND f.field = a.field
    JOIN pim_item AS i ON i.pim = a.system AND i.sku = a.sku
    JOIN item AS k ON k.system = 'khaos' AND k.sku = a.sku
    WHERE a.field IN ('cost', 'price', 'sell_price', 'web_price')
)
SELECT *,
    (CASE WHEN gross THEN half_up(khaos.num * (1000000 + (vat_percent * 10000)::HUGEINT), khaos.den * 10000)
          ELSE half_up(khaos.num * 100, khaos.den) END::DECIMAL(20, 0) * 0.01)::DECIMAL(28, 4) AS expected
FROM shown;

-- The same figures on the last night on which both sides could be read, of what Khaos owns
CREATE OR REPLACE TABLE money_before AS
SELECT h.pim, h.sku, h.field, h.shown::DECIMAL(28, 4) AS shown,
    fraction(split_part(h.khaos, '/', 1)::HUGEINT, split_part(h.khaos, '/', 2)::HUGEINT) AS khaos
FROM history_amounts_shown AS h
JOIN field_owner AS o ON o.field = h.field AND o.system = 'khaos';

-- Variants of a PIM and each parent that it names. A parent whose record was set aside tonight is there
CREATE OR REPLACE TABLE variant_parent AS
WITH aside AS (
    SELECT system, key FROM quarantine WHERE entity = 'products'
    UNION SELECT system, sku FROM there_unlisted
)
SELECT v.pim, v.to_pim, v.sku, r.parent_sku, r.parent_id, coalesce(r.parent_sku, r.parent_id) AS parent,
    r.parent_sku IS NOT NULL AS present, coalesce(p.archived, FALSE) AS archived, q.key IS NOT NULL AS set_aside,
    coalesce(p.not_kept, FALSE) OR r.parent_sku IN (SELECT sku FROM known_code) AS known,
    m.stock_code AS means, v.changed_at, v.snapshot
FROM item_relation AS r
JOIN pim_product AS v ON v.pim = r.system AND v.sku = r.child_sku AND NOT v.archived
LEFT JOIN pim_product AS p ON p.pim = r.system AND p.sku = r.parent_sku
LEFT JOIN sku_meaning AS m ON m.system = r.system AND m.sku = r.parent_sku
LEFT JOIN aside AS q ON q.system = r.system AND q.key = r.parent_id
WHERE r.kind = 'scs';

-- One row per variant: what its parents are, all together
CREATE OR REPLACE TABLE variant AS
SELECT v.pim, v.to_pim, v.sku,
    bool_or(v.present AND NOT v.archived AND v.known) AS parent_known,
    bool_or(v.set_aside) AS parent_set_aside,
    bool_or(v.present) AS parent_named,
    any_value(k.khaos_parent) AS khaos_parent,
    bool_or(v.parent_sku = k.khaos_parent) AS same_parent,
    bool_or(v.means = k.khaos_parent) AS same_meaning,
    any_value(v.changed_at) AS changed_at, any_value(v.snapshot) AS snapshot, any_value(k.khaos_snapshot) AS khaos_snapshot
FROM variant_parent AS v
LEFT JOIN pim_item AS k ON k.pim = v.pim AND k.sku = v.sku
GROUP BY v.pim, v.to_pim, v.sku;

-- Components of what is a bundle on either side. Build components no read gives; a PIM may tell no quantities
CREATE OR REPLACE TABLE bundle_part AS
WITH compared AS (SELECT pim, sku FROM pim_item WHERE NOT archived AND khaos_kind <> 'build'),
theirs AS (
    SELECT c.pim, c.sku, r.child_sku AS part, max(r.quantity) AS units
    FROM item_relation AS r JOIN compared AS c ON c.pim = r.system AND c.sku = r.parent_sku
    WHERE r.kind = 'pack'
    GROUP BY ALL
),
ours AS (
    SELECT c.pim, c.sku, r.child_sku AS part, sum_of_all(r.quantity) AS units
    FROM item_relation AS r JOIN compared AS c ON c.sku = r.parent_sku
    WHERE r.system = 'khaos' AND r.kind = 'pack'
    GROUP BY ALL
)
SELECT coalesce(t.pim, o.pim) AS pim, coalesce(t.sku, o.sku) AS sku, coalesce(t.part, o.part) AS part,
    t.part IS NOT NULL AS in_pim, o.part IS NOT NULL AS in_khaos, t.units AS pim_units, o.units AS khaos_units
FROM theirs AS t
FULL JOIN ours AS o ON o.pim = t.pim AND o.sku = t.sku AND o.part = t.part;

-- One row per bundle. A component whose record was set aside goes by an id that says nothing: such a bundle is not compared
CREATE OR REPLACE TABLE bundle AS
WITH meant AS (
    SELECT b.pim, b.sku, coalesce(m.stock_code, b.part) AS part, bool_or(in_pim) AS in_pim, bool_or(in_khaos) AS in_khaos,
        max(pim_units) AS pim_units, max(khaos_units) AS khaos_units
    FROM bundle_part AS b
    LEFT JOIN sku_meaning AS m ON m.system = b.pim AND m.sku = b.part
    GROUP BY ALL
),
by_meaning AS (
    SELECT pim, sku, bool_and(in_pim AND in_khaos AND coalesce(pim_units = khaos_units, TRUE)) AS same FROM meant GROUP BY ALL
)
SELECT b.pim, b.sku, bool_or(in_pim) AS in_pim, bool_or(in_khaos) AS in_khaos,
    bool_and(in_pim AND in_khaos AND coalesce(pim_units = khaos_units, TRUE)) AS same, any_value(y.same) AS same_meaning
FROM bundle_part AS b
JOIN by_meaning AS y USING (pim, sku)
ANTI JOIN (
    SELECT DISTINCT p.pim, p.sku FROM bundle_part AS p
    JOIN quarantine AS q ON q.system = p.pim AND q.entity = 'products' AND q.key = p.part
) AS aside USING (pim, sku)
GROUP BY b.pim, b.sku;

-- Khaos items that a PIM has archived, or has no more: gone from its list, and unknown when asked for
CREATE OR REPLACE TABLE withdrawn_item AS
SELECT pim, from_pim AS systems, sku, 'archived' AS reason, changed_at, snapshot, khaos_snapshot, discontinued
FROM pim_item WHERE archived
UNION ALL
SELECT a.system, a.system || '>khaos', a.sku, 'deleted', NULL, NULL, k.snapshot, k.discontinued
FROM item_asked AS a
JOIN item AS k ON k.system = 'khaos' AND k.sku = a.sku
WHERE NOT a.found
    AND (a.system, a.sku) NOT IN (SELECT system, stock_code FROM sku_meaning)
    AND a.sku NOT IN (SELECT sku FROM non_stock_code);
