-- CUS-01 Duplicate account. Which accounts are linked, directly or through another, by an equal tax reference, an equal e-mail
-- and postcode, or one channel identity on several active accounts? Candidates for a merge, with the reasons.
-- Not caught: branches of one another; non-commercial classes.

-- name: population
SELECT 'khaos' AS systems, coalesce(g.lowest, a.source_key) AS record_key, '' AS scope, count(*) = 1 AS holds
FROM account AS a
LEFT JOIN account_group AS g ON g.account = a.source_key
WHERE a.system = 'khaos' AND coalesce(a.company_class NOT IN (SELECT company_class FROM non_commercial_class), TRUE)
GROUP BY 2

-- name: exceptions
WITH reasons AS (
    SELECT g.lowest, list(DISTINCT m.kind ORDER BY m.kind) AS kinds,
        list({'why': m.kind, 'account': m.account} ORDER BY m.kind, m.account) AS links
    FROM account_mark AS m
    JOIN account_group AS g USING (account)
    GROUP BY g.lowest
)
SELECT 'khaos' AS systems, 'customers' AS entity, g.lowest AS record_key,
    string_agg(g.account, '+' ORDER BY g.account) FILTER (g.account <> g.lowest) AS counterpart_key,
    'one account' AS expected_value, count(*) || ' accounts' AS actual_value,
    array_to_string(any_value(r.kinds), ', ') AS reason,
    max(a.changed_at) AS observed_at, any_value(a.snapshot) AS actual_snapshot,
    json_object('links', any_value(r.links)[1:50]) AS evidence
FROM account_group AS g
JOIN reasons AS r ON r.lowest = g.lowest
JOIN account AS a ON a.system = 'khaos' AND a.source_key = g.account
GROUP BY g.lowest
