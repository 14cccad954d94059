-- What the codes that rest on others look at: what still stands open, and runs of neighbours of it.

CREATE OR REPLACE TEMP TABLE still_open AS
SELECT c.* FROM candidate AS c ANTI JOIN explained AS e ON e.victim = c.id WHERE c.state = 'open';

-- Per kind and pair the longest run of records, in the order of their keys by code point, of which the configured share
-- differs; it begins and ends with one that does. A record that differs scores what an equal one may cost, so that a run
-- is dense enough where its scores add up to zero or more: it ends at `score` and begins where that was not yet exceeded.
CREATE OR REPLACE TEMP TABLE longest_run AS
WITH differing AS (
    SELECT DISTINCT g.kind, c.systems, c.record_key FROM still_open AS c JOIN sync_group AS g USING (code)
),
compared AS (
    SELECT DISTINCT g.kind, p.systems, p.record_key
    FROM population AS p
    JOIN sync_group AS g USING (code)
    SEMI JOIN differing AS d ON d.kind = g.kind AND d.systems = p.systems
),
placed AS (
    SELECT c.kind, c.systems, c.record_key, d.record_key IS NOT NULL AS differs,
        row_number() OVER keys AS place, count(d.record_key) OVER keys AS differing,
        sum(CASE WHEN d.record_key IS NULL THEN 0 ELSE 100 END - getvariable('partial_sync_inside_percent')) OVER keys AS score
    FROM compared AS c
    LEFT JOIN differing AS d USING (kind, systems, record_key)
    WINDOW keys AS (PARTITION BY c.kind, c.systems ORDER BY c.record_key ROWS UNBOUNDED PRECEDING)
),
-- Only a start below all before it can begin the longest run
starts AS (
    SELECT kind, systems, record_key, place, differing - 1 AS before, score - 100 + getvariable('partial_sync_inside_percent') AS level
    FROM placed
    WHERE differs
    QUALIFY level < min(level) OVER (PARTITION BY kind, systems ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        OR row_number() OVER (PARTITION BY kind, systems ORDER BY place) = 1
),
runs AS (
    SELECT e.kind, e.systems, s.record_key AS first_key, e.record_key AS last_key, e.place - s.place + 1 AS length,
        e.differing - s.before AS inside, s.place
    FROM (FROM placed WHERE differs) AS e
    ASOF JOIN starts AS s ON s.kind = e.kind AND s.systems = e.systems AND e.score >= s.level
),
longest AS (
    FROM runs QUALIFY row_number() OVER (PARTITION BY kind, systems ORDER BY length DESC, place) = 1
)
SELECT l.kind, l.systems, l.first_key, l.last_key, l.length, l.inside, max(p.place) AS compared, max(p.differing) AS differing
FROM longest AS l
JOIN placed AS p USING (kind, systems)
GROUP BY ALL;
