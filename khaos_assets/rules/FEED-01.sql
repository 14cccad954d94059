-- FEED-01 Pagination gap. Was every read of the night complete, with a certificate that says how it knows?
-- Not caught: a read that a further pass within the run completed (its certificate is COMPLETE and counts the re-reads).

-- name: population
SELECT system AS systems, system || '/' || entity AS record_key, '' AS scope, verdict <> 'INCOMPLETE' AS holds
FROM control_read
WHERE night = getvariable('night')

-- name: exceptions
SELECT system AS systems, entity, system || '/' || entity AS record_key,
    'COMPLETE' AS expected_value, verdict AS actual_value,
    (reasons::JSON ->> '$[0].fault') AS reason,
    newest_change AS observed_at, snapshot AS actual_snapshot,
    json_object('reasons', reasons::JSON, 'loaded', loaded, 'quarantined', quarantined) AS evidence,
    system || '.' || entity AS read
FROM control_read
WHERE night = getvariable('night') AND verdict = 'INCOMPLETE'
