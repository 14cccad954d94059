-- FEED-06 Partial sync. Did a sync stop part of the way: many neighbours in key order that differ or are absent, while elsewhere
-- hardly any do? Looked for among the open exceptions that nothing else explains, per pair and kind of record; the longest run.
-- Not caught: where all differs (nothing was synced at all); runs of records inside their grace.

-- name: population
SELECT g.systems, split_part(g.systems, '>', 2) || '/' || g.entity AS record_key,
    CASE WHEN r.first_key IS NULL THEN '' ELSE r.first_key || '..' || r.last_key END AS scope, r.first_key IS NULL AS holds
FROM (
    SELECT DISTINCT p.systems, g.kind, CASE WHEN p.systems = 'khaos>wair' THEN 'items' ELSE g.entity END AS entity
    FROM population AS p JOIN sync_group AS g USING (code)
) AS g
LEFT JOIN (
    FROM longest_run
    WHERE length >= getvariable('partial_sync_records')
        AND (differing - inside) * 100 < getvariable('partial_sync_outside_percent') * (compared - length)
) AS r USING (systems, kind)

-- name: exceptions
WITH runs AS (
    SELECT *, (differing - inside) AS outside
    FROM longest_run
    WHERE length >= getvariable('partial_sync_records')
),
members AS (
    SELECT r.kind, r.systems,
        -- Once per member that has an amount at all: a description is worth none
        CASE WHEN count(c.amount_gbp) = count(*) FILTER (c.code <> 'PIM-02' OR is_of_class(c.code, c.field, 'price'))
             THEN sum(c.amount_gbp) END AS amount_gbp,
        string_agg(DISTINCT c.code, '+' ORDER BY c.code) AS codes,
        any_value(c.expected_snapshot) AS expected_snapshot, any_value(c.actual_snapshot) AS actual_snapshot
    FROM runs AS r
    JOIN sync_group AS g USING (kind)
    JOIN still_open AS c ON c.code = g.code AND c.systems = r.systems AND c.record_key BETWEEN r.first_key AND r.last_key
    GROUP BY r.kind, r.systems
)
SELECT r.systems, g.entity, split_part(r.systems, '>', 2) || '/' || g.entity AS record_key,
    r.first_key || '..' || r.last_key AS scope,
    'a whole sync' AS expected_value, r.inside || ' of ' || r.length || ' records differ' AS actual_value,
    'stopped part of the way' AS reason,
    m.amount_gbp, m.expected_snapshot, m.actual_snapshot,
    json_object('records', r.length, 'differ', r.inside, 'differ_elsewhere', r.outside, 'compared', r.compared, 'codes', m.codes) AS evidence,
    -- For the edges to its members
    r.first_key AS sku, r.last_key AS other_sku,
    g.codes AS reference
FROM runs AS r
JOIN (
    SELECT kind, CASE WHEN kind = 'items' AND p.systems = 'khaos>wair' THEN 'items' ELSE any_value(s.entity) END AS entity,
        p.systems, string_agg(DISTINCT s.code, '+' ORDER BY s.code) AS codes
    FROM sync_group AS s JOIN runs AS p USING (kind)
    GROUP BY kind, p.systems
) AS g ON g.kind = r.kind AND g.systems = r.systems
JOIN members AS m ON m.kind = r.kind AND m.systems = r.systems
WHERE r.outside * 100 < getvariable('partial_sync_outside_percent') * (r.compared - r.length)
