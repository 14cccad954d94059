-- FEED-04 Quarantined record. Which records broke the wire contract? Each is named; the rest of its read goes on.
-- Not caught: unknown fields (they are ignored and counted). Population: one row per read without any, one per record set aside.

-- name: population
SELECT system AS systems, system || '/' || entity AS record_key, '' AS scope, TRUE AS holds
FROM control_read
WHERE night = getvariable('night') AND quarantined = 0
UNION ALL
SELECT DISTINCT system, system || '/' || entity || '/' || key, '', FALSE
FROM quarantine

-- name: exceptions
SELECT q.system AS systems, q.entity, q.system || '/' || q.entity || '/' || q.key AS record_key,
    min(q.field) AS field,
    min_by(q.reason, (q.field, q.reason)) AS reason,
    r.snapshot AS actual_snapshot,
    json_object('record', min(q.raw), 'times', count(*)) AS evidence,
    q.system || '.' || q.entity AS read
FROM quarantine AS q
JOIN control_read AS r ON r.night = getvariable('night') AND r.system = q.system AND r.entity = q.entity
GROUP BY q.system, q.entity, q.key, r.snapshot
