-- Companies that buy, with what their users are. The identifier that Khaos keeps is configured.
WITH users AS (
    SELECT customer_id, bool_and(is_guest) AS guest, bool_or(enabled) AS enabled
    FROM wire.orocommerce_customer_users
    GROUP BY customer_id
)
SELECT
    'orocommerce' AS system,
    c.id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'orocommerce' AND entity = 'customers') AS snapshot,
    CASE getvariable('customer_identifier') WHEN 'externalId' THEN c.external_id ELSE c.id END AS other_ref,
    c.name,
    c.payment_term_id AS terms,
    c.group_id AS price_group,
    c.parent_id AS parent_key,
    coalesce(u.guest, FALSE) AS guest,
    coalesce(u.enabled, FALSE) AS user_enabled,
    c.created_at,
    c.updated_at AS changed_at
FROM wire.orocommerce_customers AS c
LEFT JOIN users AS u ON u.customer_id = c.id
