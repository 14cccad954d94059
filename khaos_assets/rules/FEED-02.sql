-- FEED-02 Snapshot dropped. Did a complete read lose more of its rows, units or value than a night may, or all of them?
-- Not caught: a drop that a person confirmed with a reason (merchant.toml feeds.<read>.confirmed_drops).

-- name: population
SELECT now.system AS systems, now.system || '/' || now.entity AS record_key, '' AS scope,
    coalesce(f.confirmed_drop IS NOT NULL, FALSE) OR NOT (
        coalesce(now.loaded * 100 < was.loaded * (100 - getvariable('drop_percent')), FALSE)
        OR coalesce(now.control_units * 100 < was.control_units * (100 - getvariable('drop_percent')) AND was.control_units > 0, FALSE)
        OR coalesce(now.control_value * 100 < was.control_value * (100 - getvariable('drop_percent')) AND was.control_value > 0, FALSE)
        OR coalesce(now.loaded = 0 AND was.loaded > 0, FALSE)
        OR coalesce(now.control_units = 0 AND was.control_units > 0, FALSE)
        OR coalesce(now.control_value = 0 AND was.control_value > 0, FALSE)
    ) AS holds
FROM control_read AS now
JOIN read_before AS was USING (system, entity)
LEFT JOIN feed AS f ON f.read = now.system || '.' || now.entity
WHERE now.night = getvariable('night') AND now.verdict <> 'INCOMPLETE'

-- name: exceptions
WITH figures AS (
    SELECT now.system, now.entity, now.snapshot, now.newest_change, was.snapshot AS was_snapshot, was.night AS was_night,
        unnest([
            {'field': 'rows', 'was': was.loaded::DECIMAL(38, 5), 'now': now.loaded::DECIMAL(38, 5)},
            {'field': 'units', 'was': was.control_units, 'now': now.control_units},
            {'field': 'value', 'was': was.control_value::DECIMAL(38, 5), 'now': now.control_value::DECIMAL(38, 5)}
        ]) AS figure
    FROM control_read AS now
    JOIN read_before AS was USING (system, entity)
    LEFT JOIN feed AS f ON f.read = now.system || '.' || now.entity
    WHERE now.night = getvariable('night') AND now.verdict <> 'INCOMPLETE' AND f.confirmed_drop IS NULL
)
SELECT system AS systems, entity, system || '/' || entity AS record_key,
    string_agg(figure.field, '+' ORDER BY figure.field) AS field,
    string_agg(plain(figure.was), '+' ORDER BY figure.field) AS expected_value,
    string_agg(plain(figure.now), '+' ORDER BY figure.field) AS actual_value,
    'fell by more than ' || plain(getvariable('drop_percent')) || ' % since ' || any_value(was_night) AS reason,
    any_value(newest_change) AS observed_at,
    any_value(was_snapshot) AS expected_snapshot, any_value(snapshot) AS actual_snapshot,
    system || '.' || entity AS read
FROM figures
WHERE figure.was > 0 AND (figure.now = 0 OR figure.now * 100 < figure.was * (100 - getvariable('drop_percent')))
GROUP BY system, entity
