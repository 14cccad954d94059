-- From candidates to the night's exceptions: identity, state, age, what the survivors carry.

DELETE FROM exception WHERE night = getvariable('night');

INSERT INTO exception BY NAME
WITH severity(rank, name) AS (VALUES (1, 'critical'), (2, 'high'), (3, 'medium'), (4, 'low')),
keyed AS (
    SELECT c.*, e.suppressor,
        CASE WHEN e.state = 'open' THEN 'suppressed' WHEN e.state IS NOT NULL THEN 'expected' ELSE c.state END AS final_state,
        CASE
            WHEN c.severity <> 'by value' THEN c.severity
            WHEN c.amount_gbp >= getvariable('critical_from_gbp') THEN 'critical'
            WHEN c.amount_gbp >= getvariable('high_from_gbp') THEN 'high'
            WHEN c.amount_gbp >= getvariable('medium_from_gbp') THEN 'medium' ELSE 'low'
        END AS own_severity,
        substr(sha256(concat_ws(chr(31), getvariable('merchant'), c.code, c.systems, c.record_key, c.scope, c.field)), 1, 32) AS case_key
    FROM candidate AS c
    LEFT JOIN explained AS e ON e.victim = c.id
),
-- What a survivor explains: units and amounts apart, never added to its own; an item code takes their highest severity
carried AS (
    SELECT k.suppressor AS id,
        list({'code': k.code, 'record_key': k.record_key, 'scope': k.scope, 'units': plain(k.units), 'amount_gbp': k.amount_gbp::VARCHAR}
             ORDER BY k.code, k.systems, k.record_key, k.scope, k.field)[1:50] AS rows,
        count(*) AS n,
        min(s.rank) AS severity_rank
    FROM keyed AS k
    JOIN severity AS s ON s.name = k.own_severity
    WHERE k.suppressor IS NOT NULL
    GROUP BY k.suppressor
),
-- The merchant's routing: of several routes that fit, the last one that says something
routed AS (
    SELECT k.id, arg_max(r.owner, r.place) FILTER (r.owner IS NOT NULL) AS owner,
        arg_max(r.severity, r.place) FILTER (r.severity IS NOT NULL) AS severity
    FROM keyed AS k
    JOIN route AS r ON k.code GLOB r.pattern AND abs(coalesce(k.amount_gbp, 0)) >= r.from_gbp
    GROUP BY k.id
)
SELECT getvariable('night') AS night, k.code, k.case_key, k.final_state AS state,
    CASE WHEN t.severity IS NOT NULL THEN t.severity
         WHEN k.code IN ('SKU-01', 'SKU-02', 'SKU-05') AND s2.rank < s1.rank THEN s2.name ELSE k.own_severity END AS severity,
    coalesce(t.owner, k.owner) AS owner, k.systems, k.entity, k.record_key, k.scope, k.counterpart_key, k.field, k.expected_value, k.actual_value, k.reason,
    k.units, k.amount_gbp AS amount, CASE WHEN k.amount_gbp IS NOT NULL THEN 'GBP' END AS currency, k.amount_gbp,
    k.observed_at, getvariable('as_of') AS as_of, k.expected_snapshot, k.actual_snapshot,
    CASE WHEN k.final_state <> k.state OR k.suppressor IS NOT NULL THEN root.case_key END AS suppressed_by,
    k.correction,
    CASE WHEN c.id IS NULL THEN k.evidence
         ELSE json_merge_patch(k.evidence, json_object('explains', c.rows, 'explains_count', c.n)) END::VARCHAR AS evidence,
    coalesce(b.first_seen, getvariable('as_of')) AS first_seen
FROM keyed AS k
LEFT JOIN keyed AS root ON root.id = k.suppressor
LEFT JOIN carried AS c ON c.id = k.id
LEFT JOIN routed AS t ON t.id = k.id
JOIN severity AS s1 ON s1.name = k.own_severity
LEFT JOIN severity AS s2 ON s2.rank = c.severity_rank
LEFT JOIN case_before AS b ON b.case_key = k.case_key;
