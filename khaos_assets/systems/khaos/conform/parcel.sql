-- Consignment numbers: of the boxes an invoice was packed in, else of the invoice
WITH invoices AS (
    SELECT sorder_code, unnest(invoices) AS invoice FROM wire.khaos_sales_orders
),
numbers AS (
    SELECT sorder_code, unnest(invoice.boxes).consignment_ref AS tracking, invoice.courier AS courier FROM invoices
    UNION
    SELECT sorder_code, invoice.consignment_ref, invoice.courier FROM invoices
)
SELECT DISTINCT
    'khaos' AS system,
    sorder_code AS order_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'khaos' AND entity = 'sales_orders') AS snapshot,
    tracking,
    courier
FROM numbers
WHERE tracking IS NOT NULL AND tracking <> ''
