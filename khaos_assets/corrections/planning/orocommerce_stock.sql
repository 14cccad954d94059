-- What Khaos lets OroCommerce sell, to the inventory level of the product, in the level's own unit.
-- Left out: several units of one product (which one is wrong?), what is no whole number of its unit, orders on their way.
WITH level AS (
    SELECT l.sku, coalesce(l.warehouse, '') AS warehouse, any_value(l.id) AS id, any_value(l.unit) AS unit,
        any_value(l.quantity) AS quantity, any_value(u.base_units) AS base_units, count(*) AS rows
    FROM wire.orocommerce_inventory_levels AS l
    LEFT JOIN map_unit AS u ON u.unit = l.unit
    WHERE l.sku IS NOT NULL
    GROUP BY ALL
),
wanted AS (
    SELECT c.*, l.*, c.expected_value::DECIMAL(28, 5) AS sellable,
        trunc(c.expected_value::DECIMAL(28, 5) / l.base_units)::DECIMAL(28, 5) AS in_unit
    FROM open_case AS c
    JOIN level AS l ON l.sku = c.record_key AND l.warehouse = c.scope
    WHERE c.code IN ('STK-02', 'STK-03', 'STK-04', 'STK-05') AND c.systems = 'khaos>orocommerce'
)
SELECT w.case_key, 'orocommerce.stock' AS write, 20 AS rank, {'id': w.id} AS target,
    w.record_key AS record, 'stock' AS field, plain(w.quantity) AS before, plain(w.in_unit) AS after,
    abs(w.sellable - w.quantity * w.base_units) AS units, NULL::DECIMAL(28, 4) AS floor, v.made_of,
    ['khaos/stock_items', 'khaos/stock_levels', 'orocommerce/inventory_levels'] AS rests_on,
    json_object('unit', w.unit, 'reason', w.reason, 'khaos', w.expected_snapshot, 'orocommerce', w.actual_snapshot) AS evidence,
    CASE
        WHEN w.rows > 1 THEN 'the product has stock in several units: which one is wrong is not known'
        WHEN w.base_units IS NULL THEN 'its unit has no mapping'
        WHEN w.in_unit * w.base_units <> w.sellable THEN 'it is no whole number of the unit ' || w.unit
        WHEN w.quantity = w.in_unit THEN 'the quantity is right as it stands'
        WHEN coalesce(t.units, 0) > 0 THEN 'orders that Khaos has not heard of yet take ' || plain(t.units) || ' of it'
    END AS left_out
FROM wanted AS w
LEFT JOIN units_on_their_way AS t ON t.channel = 'orocommerce' AND t.sku = w.record_key
LEFT JOIN sellable_level AS v USING (case_key)
