-- FEED-03 Stale feed. Does a feed that is known to move show a change younger than the target, and was it read in time?
-- Not caught: a day on which the system is configured as closed; a wire without change times (not in the population).

-- name: population
SELECT r.system AS systems, r.system || '/' || r.entity AS record_key, '' AS scope,
    NOT (coalesce(r.newest_change < getvariable('as_of') - getvariable('feed_age'), FALSE)
         AND NOT list_contains(f.closed_weekdays, isodow(london_date(getvariable('as_of')) - 1))) AS holds
FROM control_read AS r
JOIN feed AS f ON f.read = r.system || '.' || r.entity AND f.moving
WHERE r.night = getvariable('night') AND r.newest_change IS NOT NULL

-- name: exceptions
SELECT r.system AS systems, r.entity, r.system || '/' || r.entity AS record_key,
    'a change since ' || strftime(getvariable('as_of') - getvariable('feed_age'), '%Y-%m-%dT%H:%M:%SZ') AS expected_value,
    strftime(r.newest_change, '%Y-%m-%dT%H:%M:%SZ') AS actual_value,
    'nothing has changed' AS reason,
    r.newest_change AS observed_at, r.snapshot AS actual_snapshot,
    r.system || '.' || r.entity AS read
FROM control_read AS r
JOIN feed AS f ON f.read = r.system || '.' || r.entity
WHERE r.night = getvariable('night')
    AND f.moving
    AND r.newest_change < getvariable('as_of') - getvariable('feed_age')
    AND NOT list_contains(f.closed_weekdays, isodow(london_date(getvariable('as_of')) - 1))
