-- Units sent: the lines of each invoice. An invoice without lines that says nothing was sent leaves no row.
WITH invoices AS (
    SELECT sorder_code, unnest(invoices) AS invoice FROM wire.khaos_sales_orders
),
items AS (
    SELECT sorder_code, invoice, unnest(invoice.items) AS sent FROM invoices
)
SELECT
    'khaos' AS system,
    sorder_code AS order_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'khaos' AND entity = 'sales_orders') AS snapshot,
    invoice.invoice_code AS shipment,
    invoice.stage_id AS stage,
    sent.stock_code AS sku,
    sent.qty_sent AS units_sent,
    invoice.courier AS courier,
    invoice.consignment_ref AS tracking,
    invoice.ship_date AS shipped_on,
    invoice.issue_date AS issued_on
FROM items
