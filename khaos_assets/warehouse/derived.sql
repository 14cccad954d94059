-- What no system publishes and the rules need, with how it was derived.

-- Units sent in Khaos, per order and SKU
CREATE OR REPLACE TABLE units_sent AS
SELECT order_key, sku, sum(units_sent) AS units, max(shipped_on) AS shipped_on
FROM shipment
WHERE system = 'khaos' AND sku IS NOT NULL
GROUP BY ALL;

-- Units on open Khaos order lines that are not sent, per SKU and site. An order's units sent are taken from its sites in
-- their order; nearly always there is one.
CREATE OR REPLACE TABLE open_units AS
WITH ordered AS (
    SELECT l.order_key, l.sku, coalesce(l.place, (SELECT place FROM site WHERE system = 'khaos' AND is_default)) AS place,
        sum(l.quantity) AS units
    FROM order_line AS l
    JOIN sales_order AS o ON o.system = 'khaos' AND o.source_key = l.order_key
    WHERE l.system = 'khaos' AND l.sku IS NOT NULL AND o.kind = 'order' AND o.status = 'open'
    GROUP BY ALL
),
placed AS (
    SELECT *,
        coalesce(sum(units) OVER (PARTITION BY order_key, sku ORDER BY place
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS units_before
    FROM ordered
)
SELECT p.sku, p.place, sum(greatest(p.units - greatest(coalesce(s.units, 0) - p.units_before, 0), 0)) AS units,
    count(*) AS orders
FROM placed AS p
LEFT JOIN units_sent AS s USING (order_key, sku)
GROUP BY ALL;

-- SKUs whose open units cannot be told, because an order or a line of theirs was set aside or lacks its other half
CREATE OR REPLACE TABLE open_units_unknown AS
SELECT DISTINCT regexp_extract(raw, '<STOCK_CODE>(?:<!\[CDATA\[)?([^<\]]+)', 1) AS sku
FROM quarantine
WHERE system = 'khaos' AND entity = 'order_lines'
UNION
SELECT DISTINCT l.sku
FROM order_line AS l
ANTI JOIN sales_order AS o ON o.system = 'khaos' AND o.source_key = l.order_key
WHERE l.system = 'khaos';

-- physical = available + allocated, per SKU and Khaos site (contract 3.4, catalogue "physical"). With back orders it is
-- only known where the installation's setting says what LEVEL does with them, and at a single site.
CREATE OR REPLACE TABLE physical AS
WITH sites AS (SELECT sku, count(*) AS n FROM stock_position WHERE system = 'khaos' GROUP BY sku),
figures AS (
    SELECT p.sku, p.place AS site, p.available, p.back_order, p.on_order, sites.n AS sites,
        CASE
            WHEN p.back_order = 0 OR getvariable('back_order_lowers_level') = 'yes' THEN coalesce(u.units, 0)
            WHEN getvariable('back_order_lowers_level') = 'no' AND sites.n = 1 THEN coalesce(u.units, 0) - p.back_order
        END AS lowering
    FROM stock_position AS p
    JOIN sites USING (sku)
    LEFT JOIN open_units AS u ON u.sku = p.sku AND u.place = p.place
    WHERE p.system = 'khaos'
)
SELECT sku, site, available, back_order, on_order,
    CASE WHEN untested IS NULL THEN lowering END AS allocated,
    CASE WHEN untested IS NULL THEN available + lowering END AS physical,
    untested
FROM (
    SELECT f.*,
        CASE
            WHEN x.sku IS NOT NULL THEN 'an order with this item was set aside'
            WHEN f.available IS NULL THEN 'Khaos gives no level'
            WHEN f.back_order IS NULL THEN 'back orders cannot be read'
            WHEN f.lowering IS NULL THEN 'back orders: ' || plain(f.back_order)
        END AS untested
    FROM figures AS f
    LEFT JOIN open_units_unknown AS x ON x.sku = f.sku
);
