-- Every invoice with the stage it stands at
SELECT
    'khaos' AS system,
    o.sorder_code AS order_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'khaos' AND entity = 'sales_orders') AS snapshot,
    v.invoice.invoice_code AS invoice,
    v.invoice.stage_id AS stage,
    v.invoice.stage_desc AS stage_name,
    v.invoice.qty_sold AS units_sold,
    coalesce(v.invoice.qty_sent, list_sum(list_transform(v.invoice.items, lambda i: i.qty_sent)), 0) AS units_sent
FROM wire.khaos_sales_orders AS o, unnest(o.invoices) AS v(invoice)
