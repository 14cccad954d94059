SELECT
    'khaos' AS system,
    c.company_code AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'khaos' AND entity = 'customers') AS snapshot,
    c.other_ref,
    c.company_name AS name,
    c.company_class,
    c.tax_reference,
    coalesce(nullif(c.currency_code, ''), 'GBP') AS currency,
    i.terms_desc AS terms,
    i.credit_stop AS on_stop,
    i.orders_held,
    coalesce(list_contains(getvariable('khaos_active_statuses'), c.company_status), TRUE) AS active,
    c.contacts,
    list_transform(c.price_lists, lambda p: p.name) AS price_lists,
    c.last_updated AS changed_at
FROM wire.khaos_customers AS c
LEFT JOIN wire.khaos_company_info AS i USING (company_code)
