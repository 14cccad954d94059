-- PIM-10 Body map mismatch. Does WAIR's body-map size say the Khaos size (through the size map), and is a sellable item shown?
-- Not caught: items without a body map; labels that differ by the configured size map. Size is not tested where Khaos
-- exports the children flat (no size heading).

-- name: population
SELECT 'khaos>wair' AS systems, w.sku AS record_key, '' AS scope,
    NOT (coalesce(coalesce(m.size, w.body_map_size) <> k.style_size, FALSE)
         OR (NOT w.body_map_displayed AND coalesce(s.units, 0) > 0)) AS holds
FROM item AS w
JOIN item AS k ON k.system = 'khaos' AND k.sku = w.sku
LEFT JOIN map_size AS m ON m.label = w.body_map_size
LEFT JOIN sellable AS s ON s.sku = k.sku
WHERE w.system = 'wair' AND w.active AND w.body_map_displayed IS NOT NULL AND w.sku NOT IN (SELECT sku FROM non_stock_code)

-- name: exceptions
WITH shown AS (
    SELECT w.sku, w.changed_at, w.snapshot AS wair_snapshot, k.snapshot AS khaos_snapshot,
        k.style_size AS khaos_size, w.body_map_size, coalesce(m.size, w.body_map_size) AS wair_size,
        w.body_map_displayed AS displayed, w.body_map_reason, s.units AS sellable, c.price
    FROM item AS w
    JOIN item AS k ON k.system = 'khaos' AND k.sku = w.sku
    JOIN item_cost AS c ON c.sku = k.sku
    LEFT JOIN sellable AS s ON s.sku = k.sku
    LEFT JOIN map_size AS m ON m.label = w.body_map_size
    ANTI JOIN non_stock_code AS n ON n.sku = w.sku
    WHERE w.system = 'wair' AND w.active AND w.body_map_displayed IS NOT NULL
),
wrong AS (
    SELECT *, list_filter([
        CASE WHEN NOT displayed AND sellable > 0 THEN 'displayed' END,
        CASE WHEN wair_size <> khaos_size THEN 'size' END
    ], lambda f: f IS NOT NULL) AS fields
    FROM shown
)
SELECT 'khaos>wair' AS systems, 'items' AS entity, sku AS record_key,
    array_to_string(fields, '+') AS field,
    concat_ws(' ', CASE WHEN list_contains(fields, 'displayed') THEN 'displayed' END, CASE WHEN list_contains(fields, 'size') THEN khaos_size END) AS expected_value,
    concat_ws(' ', CASE WHEN list_contains(fields, 'displayed') THEN 'hidden' END, CASE WHEN list_contains(fields, 'size') THEN body_map_size END) AS actual_value,
    CASE WHEN list_contains(fields, 'displayed') THEN coalesce(body_map_reason, 'no reason given') ELSE 'size' END AS reason,
    pounds(times_units(price, sellable)) AS amount_gbp,
    changed_at AS observed_at, khaos_snapshot AS expected_snapshot, wair_snapshot AS actual_snapshot,
    json_object('sellable', plain(sellable), 'body_map_size', body_map_size, 'khaos_size', khaos_size) AS evidence,
    'wair' AS other, sku, sku AS other_sku
FROM wrong
WHERE len(fields) > 0
