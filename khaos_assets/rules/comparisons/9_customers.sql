-- Accounts that may be one customer (account_group), and the Khaos accounts of each OroCommerce customer (shop_customer).

-- What links accounts of commercial classes. A branch stands for its family: what only one family shares links nothing
CREATE OR REPLACE TABLE account_mark AS
WITH commercial AS (
    SELECT * FROM account
    WHERE system = 'khaos' AND coalesce(company_class NOT IN (SELECT company_class FROM non_commercial_class), TRUE)
),
families AS (SELECT account, min(family) AS family FROM account_branch GROUP BY account),
marks AS (
    SELECT 'tax reference' AS kind, lower(regexp_replace(tax_reference, '\s', '', 'g')) AS mark, source_key AS account FROM commercial
    UNION
    SELECT 'e-mail and postcode', unnest(contacts), source_key FROM commercial
    UNION
    SELECT 'channel identity', other_ref, source_key FROM commercial WHERE active
)
SELECT m.kind, m.mark, m.account
FROM marks AS m
LEFT JOIN families AS f USING (account)
WHERE m.mark <> ''
QUALIFY count(DISTINCT coalesce('family ' || f.family, 'account ' || m.account)) OVER (PARTITION BY m.kind, m.mark) > 1;

-- The lowest code that an account reaches over what it shares, one row per linked account
CREATE OR REPLACE TABLE account_group AS
WITH RECURSIVE link AS (
    SELECT DISTINCT account, min(account) OVER (PARTITION BY kind, mark) AS other FROM account_mark
    UNION
    SELECT DISTINCT min(account) OVER (PARTITION BY kind, mark), account FROM account_mark
),
reached(account, lowest) USING KEY (account) AS (
    SELECT DISTINCT account, account FROM account_mark
    UNION
    SELECT l.account, min(r.lowest)
    FROM reached AS r
    JOIN link AS l ON l.other = r.account
    JOIN recurring.reached AS before ON before.account = l.account
    WHERE r.lowest < before.lowest
    GROUP BY l.account
)
SELECT lowest, account FROM reached;

-- OroCommerce customers with the Khaos accounts that keep their identifier; an account that was set aside tonight may be one
CREATE OR REPLACE TABLE shop_customer AS
WITH accounts AS (
    SELECT other_ref, list(source_key ORDER BY source_key) AS codes FROM account WHERE system = 'khaos' AND other_ref <> '' GROUP BY other_ref
),
set_aside AS (
    SELECT DISTINCT regexp_extract(raw, '<OTHER_REF>(?:<!\[CDATA\[)?([^<\]]+)', 1) AS other_ref
    FROM quarantine WHERE system = 'khaos' AND entity = 'customers'
)
SELECT c.source_key AS customer, c.other_ref AS identifier, c.name, c.terms, c.price_group, c.guest,
    c.user_enabled, c.created_at, c.changed_at, c.snapshot,
    a.codes AS khaos_accounts,
    a.codes IS NULL AND s.other_ref IS NULL AS unmatched
FROM account AS c
LEFT JOIN accounts AS a ON a.other_ref = c.other_ref
LEFT JOIN set_aside AS s ON s.other_ref = c.other_ref
WHERE c.system = 'orocommerce';

-- Their profile beside that of the one account; a field that either side does not tell is NULL, and differs from nothing
CREATE OR REPLACE TABLE customer_profile AS
SELECT c.customer, k.source_key AS account, greatest(c.changed_at, k.changed_at) AS changed_at,
    c.snapshot, k.snapshot AS khaos_snapshot,
    trim(k.name) AS name, trim(c.name) AS shop_name,
    k.terms, t.khaos_terms AS shop_terms,
    k.price_lists, g.khaos_list AS shop_price_list,
    coalesce(k.on_stop, FALSE) OR coalesce(k.orders_held, FALSE) AS held, c.user_enabled
FROM shop_customer AS c
JOIN account AS k ON k.system = 'khaos' AND k.source_key = c.khaos_accounts[1]
LEFT JOIN map_payment_term AS t ON t.payment_term = c.terms
LEFT JOIN map_customer_group AS g ON g.customer_group = c.price_group
WHERE len(c.khaos_accounts) = 1;

-- Live orders of customers that Khaos knows, with the account each stands on. Another channel may number its customers alike
CREATE OR REPLACE TABLE order_account AS
SELECT o.to_khaos AS systems, o.channel, o.reference, o.khaos_key, o.khaos_account, o.net_gbp, o.changed_at, o.snapshot, o.khaos_snapshot,
    c.customer, c.identifier, c.khaos_accounts,
    list_contains(c.khaos_accounts, o.khaos_account) OR b.account IS NOT NULL AS right_account
FROM channel_order AS o
JOIN shop_customer AS c ON c.customer = o.account_key
LEFT JOIN (
    SELECT DISTINCT x.account, y.account AS branch FROM account_branch AS x JOIN account_branch AS y USING (family)
) AS b ON b.account = o.khaos_account AND b.branch = c.khaos_accounts[1]
WHERE o.channel = 'orocommerce' AND o.khaos_lives AND o.status <> 'cancelled' AND o.khaos_account IS NOT NULL AND c.khaos_accounts IS NOT NULL;
