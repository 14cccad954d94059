-- Order lines (catalogue "OroCommerce money"): quantity in base units, money net after the row's discounts. What the order's
-- discounts take beyond its rows' is booked on the first line, as an absolute voucher. Where the shop's prices include tax
-- and a row does not say what it is without, the order's own share of VAT makes it net.
WITH basis AS (
    SELECT coalesce(bool_or(prices_include_tax), FALSE) AS with_tax FROM channel WHERE channel = 'orocommerce'
),
snapshot AS (
    SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'orocommerce' AND entity = 'order_line_items'
),
set_aside AS (
    SELECT key, CASE WHEN json_valid(raw) THEN raw END AS raw
    FROM quarantine WHERE system = 'orocommerce' AND entity = 'order_line_items' AND key_readable
),
vat AS (
    SELECT order_id, coalesce(sum(signed_amount) FILTER (order_subtotal_type = 'tax' AND currency IS NOT NULL), 0) AS items
    FROM wire.orocommerce_order_subtotals
    WHERE order_id NOT IN (SELECT split_part(key, '-', 1) FROM quarantine
                           WHERE system = 'orocommerce' AND entity = 'order_subtotals')
    GROUP BY order_id
),
orders AS (
    SELECT o.id, coalesce(o.discount, 0)::DECIMAL(28, 4) + coalesce(o.total_discounts_amount, 0) AS discounts,
        -- What a gross amount of goods is without VAT: × net ÷ gross, in whole ten-thousandths
        (goods * 10000)::HUGEINT AS gross_part,
        ((goods - vat.items) * 10000)::HUGEINT AS net_part
    FROM (
        SELECT *, total_value + coalesce(shipping_discount, 0)::DECIMAL(28, 4)
            - coalesce(overridden_shipping_cost_amount, estimated_shipping_cost_amount, 0) AS goods
        FROM wire.orocommerce_orders
    ) AS o
    LEFT JOIN vat ON vat.order_id = o.id
),
lines AS (
    SELECT l.*, unnest(l.order_ids) AS order_id,
        l.product_id IS NULL AND l.free_form_product IS NOT NULL AS free_form,
        coalesce(l.row_total_discount_amount, 0)::DECIMAL(28, 4) AS off,
        l.row_total_after_discount_excluding_tax::DECIMAL(28, 4) AS without_tax,
        l.row_total_after_discount_including_tax::DECIMAL(28, 4) AS including_tax
    FROM wire.orocommerce_order_line_items AS l
),
booked AS (
    SELECT l.*,
        CASE WHEN with_tax THEN o.gross_part ELSE 1 END AS gross_part,
        CASE WHEN with_tax THEN o.net_part ELSE 1 END AS net_part,
        CASE WHEN row_number() OVER (PARTITION BY l.order_id ORDER BY l.id::BIGINT) = 1
             THEN greatest(coalesce(o.discounts, 0) - sum(off) OVER (PARTITION BY l.order_id), 0) ELSE 0 END AS voucher
    FROM lines AS l
    CROSS JOIN basis
    LEFT JOIN orders AS o ON o.id = l.order_id
),
-- Amounts that stand in the shop's own basis, made net; NULL where that takes the order's VAT and it is unknown
net AS (
    SELECT b.*,
        half_up((((value * quantity)::DECIMAL(28, 4) - off) * 10000)::HUGEINT * net_part, nullif(gross_part, 0))::DECIMAL(28, 0) * 0.0001 AS computed,
        half_up((off * 10000)::HUGEINT * net_part, nullif(gross_part, 0))::DECIMAL(28, 0) * 0.0001 AS off_net,
        half_up((voucher * 10000)::HUGEINT * net_part, nullif(gross_part, 0))::DECIMAL(28, 0) * 0.0001 AS voucher_net
    FROM booked AS b
)
SELECT
    'orocommerce' AS system,
    l.order_id AS order_key,
    (SELECT snapshot FROM snapshot) AS snapshot,
    l.id::BIGINT AS line,
    CASE WHEN NOT l.free_form THEN l.product_sku END AS sku,
    (l.quantity * u.base_units)::DECIMAL(28, 5) AS quantity,
    l.product_unit_code AS unit,
    FALSE AS cancelled,
    l.value AS unit_price,
    NOT basis.with_tax AS price_is_net,
    (coalesce(l.without_tax, l.computed) - l.voucher_net)::DECIMAL(28, 4) AS line_net,
    CASE WHEN l.voucher = 0 THEN l.including_tax END AS line_gross,
    CASE WHEN l.voucher = 0 THEN l.including_tax - l.without_tax END AS line_vat,
    (l.off_net + l.voucher_net)::DECIMAL(28, 4) AS discount_net,
    l.voucher_net::DECIMAL(28, 4) AS voucher_net
FROM net AS l
CROSS JOIN basis
LEFT JOIN map_unit AS u ON u.unit = l.product_unit_code
UNION ALL BY NAME
-- A line that was set aside is on its order, with units and money unknown
SELECT 'orocommerce' AS system, json_extract_string(raw, '$.relationships.orders.data[0].id') AS order_key,
    (SELECT snapshot FROM snapshot) AS snapshot, key::BIGINT AS line,
    json_extract_string(raw, '$.attributes.productSku') AS sku, FALSE AS cancelled
FROM set_aside
WHERE order_key IS NOT NULL
