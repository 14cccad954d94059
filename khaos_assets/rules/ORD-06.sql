-- ORD-06 Dispatch incomplete. Has a WAIR dispatch no tracking number or no carrier service, past the tracking grace?
-- Not caught: voided dispatches; carrier services configured as untracked or as collection. Expected: inside the grace.

-- name: population
SELECT 'wair>khaos' AS systems, source_key AS record_key, '' AS scope,
    carrier_service <> '' AND (coalesce(tracking, '') <> '' OR carrier_service IN (SELECT carrier_service FROM untracked_service)) AS holds
FROM dispatch
WHERE system = 'wair' AND NOT voided

-- name: exceptions
WITH incomplete AS (
    SELECT d.*,
        CASE WHEN d.carrier_service = '' THEN 'carrier' END AS carrier,
        CASE WHEN coalesce(d.tracking, '') = '' AND u.carrier_service IS NULL THEN 'tracking' END AS no_tracking
    FROM dispatch AS d
    LEFT JOIN untracked_service AS u USING (carrier_service)
    WHERE d.system = 'wair' AND NOT d.voided
)
SELECT 'wair>khaos' AS systems, 'dispatches' AS entity, source_key AS record_key,
    concat_ws('+', carrier, no_tracking) AS field,
    reference AS counterpart_key,
    concat_ws('+', carrier, no_tracking) || ' given' AS expected_value, 'none' AS actual_value,
    CASE WHEN dispatched_at > getvariable('as_of') - getvariable('tracking_grace') THEN 'inside the tracking grace' ELSE 'past the tracking grace' END AS reason,
    dispatched_at AS observed_at, snapshot AS actual_snapshot,
    CASE WHEN dispatched_at > getvariable('as_of') - getvariable('tracking_grace') THEN 'expected' ELSE 'open' END AS state,
    json_object('reference', full_reference, 'location', place, 'carrier_service', carrier_service) AS evidence,
    'wair' AS other, reference
FROM incomplete
WHERE carrier IS NOT NULL OR no_tracking IS NOT NULL
