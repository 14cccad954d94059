-- Orders and credit notes. Money: the text of a total is gross, its attribute net; GBP only where the currency is blank.
SELECT
    'khaos' AS system,
    o.sorder_code AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'khaos' AND entity = 'sales_orders') AS snapshot,
    without_prefix(o.associated_ref) AS reference,
    o.associated_ref AS full_reference,
    channel_of(o.associated_ref).channel AS channel,
    CASE o.order_type WHEN 'C' THEN 'credit_note' ELSE 'order' END AS kind,
    CASE WHEN o.is_cancelled THEN 'cancelled' WHEN o.complete THEN 'complete' ELSE 'open' END AS status,
    coalesce(i.credit_stop, FALSE) OR coalesce(i.orders_held, FALSE)
        OR coalesce(list_has_any(list_transform(o.invoices, lambda v: v.stage_id), (SELECT list(stage) FROM terms_hold_stage)), FALSE)
        AS on_hold,
    o.company_code AS account_key,
    c.company_class,
    CASE WHEN c.company_code IS NOT NULL
         THEN coalesce(c.company_class NOT IN (SELECT company_class FROM non_commercial_class), TRUE) END AS commercial,
    coalesce(nullif(o.currency_code, ''), 'GBP') AS currency,
    o.items_net, o.items_gross, o.delivery_net, o.delivery_gross,
    o.date_created AS created_on,
    o.cancelled_on::TIMESTAMPTZ AS cancelled_at,
    o.qty_sold AS units_ordered,
    o.qty_assigned AS units_assigned
FROM wire.khaos_sales_orders AS o
LEFT JOIN wire.khaos_customers AS c ON c.company_code = o.company_code
LEFT JOIN wire.khaos_company_info AS i ON i.company_code = o.company_code
