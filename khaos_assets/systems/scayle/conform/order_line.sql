-- One line per unit (contract 3.7). A price after an absolute voucher goes before the price; what the voucher took is told
-- apart, since another system may spread it. An item without a reference key is a free-form line, unless the catalogue knows it.
WITH units AS (
    SELECT id AS order_id, unnest(items) AS item FROM wire.scayle_orders
),
prices AS (
    SELECT order_id, item, item.price AS price,
        coalesce(item.price.absolute_voucher_reduced_price.without_tax, item.price.without_tax) AS net,
        coalesce(item.price.absolute_voucher_reduced_price.with_tax, item.price.with_tax) AS gross
    FROM units
)
SELECT
    'scayle' AS system,
    p.order_id::VARCHAR AS order_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'scayle' AND entity = 'orders') AS snapshot,
    p.item.id AS line,
    coalesce(nullif(p.item.variant.reference_key, ''), nullif(v.reference_key, '')) AS sku,
    w.reference_key AS place,
    1 AS quantity,
    p.item.status = 'cancelled' OR p.item.cancelled_at IS NOT NULL AS cancelled,
    p.item.returned_at AS returned_at,
    p.price.with_tax * 0.01 AS unit_price,
    FALSE AS price_is_net,
    p.price.tax.vat.rate * 100 AS vat_percent,
    p.net * 0.01 AS line_net,
    p.gross * 0.01 AS line_gross,
    (p.gross - p.net) * 0.01 AS line_vat,
    (p.price.undiscounted_without_tax - p.net) * 0.01 AS discount_net,
    CASE WHEN p.price.absolute_voucher_reduced_price IS NULL THEN 0
         ELSE (p.price.without_tax - p.price.absolute_voucher_reduced_price.without_tax) * 0.01 END AS voucher_net
FROM prices AS p
LEFT JOIN wire.scayle_variants AS v ON v.id = p.item.variant.id
LEFT JOIN wire.scayle_warehouses AS w ON w.id = p.item.warehouse_id
