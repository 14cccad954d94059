-- FEED-05 Sync backlog. Do too many records of one class wait for the other side, or does the oldest wait too long?
-- Counted are the open exceptions that say so, past their grace; those that a partial sync explains are aside.
-- Age is the owner record's own, else since the difference was first seen. Population: one row per pair and class compared.

-- name: population
SELECT c.systems, c.systems || '/' || c.class AS record_key, '' AS scope,
    coalesce(w.waiting, 0) <= getvariable('backlog_records') AND NOT coalesce(w.oldest > to_hours(a.hours), FALSE) AS holds
FROM (
    SELECT DISTINCT p.systems, m.class
    FROM population AS p
    JOIN backlog_member AS m ON m.code = p.code AND is_of_class(p.code, p.field, m.class)
) AS c
LEFT JOIN (
    SELECT o.systems, m.class, count(DISTINCT (o.record_key, o.scope)) AS waiting,
        max(getvariable('as_of') - coalesce(o.observed_at, b.first_seen,
            CASE WHEN t.code IS NULL THEN 'epoch'::TIMESTAMPTZ ELSE getvariable('as_of') END)) AS oldest
    FROM still_open AS o
    JOIN backlog_member AS m ON m.code = o.code AND is_of_class(o.code, o.field, m.class)
    LEFT JOIN case_before AS b ON b.code = o.code AND b.systems = o.systems AND b.record_key = o.record_key
        AND b.scope = o.scope AND b.field = o.field
    LEFT JOIN tested_before AS t ON t.code = o.code AND t.systems = o.systems
    GROUP BY o.systems, m.class
) AS w USING (systems, class)
LEFT JOIN backlog_age AS a ON a.class = c.class

-- name: exceptions
WITH waiting AS (
    SELECT o.systems, m.class, o.code, o.record_key, o.scope,
        least(min(o.observed_at),
              min(CASE WHEN o.observed_at IS NULL AND t.code IS NULL THEN coalesce(b.first_seen, 'epoch'::TIMESTAMPTZ)
                       WHEN o.observed_at IS NULL THEN coalesce(b.first_seen, getvariable('as_of')) END)) AS since
    FROM still_open AS o
    JOIN backlog_member AS m ON m.code = o.code AND is_of_class(o.code, o.field, m.class)
    LEFT JOIN case_before AS b ON b.code = o.code AND b.systems = o.systems AND b.record_key = o.record_key
        AND b.scope = o.scope AND b.field = o.field
    LEFT JOIN tested_before AS t ON t.code = o.code AND t.systems = o.systems
    GROUP BY ALL
),
classes AS (
    SELECT systems, class, count(DISTINCT (record_key, scope)) AS records, min(since) AS oldest_since,
        arg_min(record_key, (since, record_key)) AS oldest_key, string_agg(DISTINCT code, '+' ORDER BY code) AS codes
    FROM waiting
    GROUP BY systems, class
)
SELECT c.systems, c.class AS entity, c.systems || '/' || c.class AS record_key,
    concat_ws(', ', 'at most ' || getvariable('backlog_records') || ' records', 'none for more than ' || a.hours || ' hours') AS expected_value,
    c.records || CASE c.records WHEN 1 THEN ' record waits' ELSE ' records wait' END AS actual_value,
    CASE WHEN c.records > getvariable('backlog_records') THEN 'too many' ELSE 'too long' END AS reason,
    CASE WHEN c.oldest_since > 'epoch'::TIMESTAMPTZ THEN c.oldest_since END AS observed_at,
    json_object('records', c.records, 'codes', c.codes, 'oldest', c.oldest_key) AS evidence
FROM classes AS c
LEFT JOIN backlog_age AS a ON a.class = c.class
WHERE c.records > getvariable('backlog_records')
    OR c.oldest_since < getvariable('as_of') - to_hours(a.hours)
