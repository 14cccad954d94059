-- ORD-07 Dispatch not on the channel. Khaos has sent the whole order; the channel does not show it shipped, or has no tracking
-- number although there is one. SHIP_DATE has no time: the tracking grace runs from the end of that day in London.
-- Not caught: orders cancelled on the channel, partly sent ones.

-- name: population
SELECT o.from_khaos AS systems, o.reference AS record_key, '' AS scope,
    o.shipped AND (e.reference IS NULL OR c.reference IS NOT NULL) AS holds
FROM channel_order AS o
LEFT JOIN (SELECT DISTINCT channel, reference FROM expected_tracking) AS e ON e.channel = o.channel AND e.reference = o.reference
LEFT JOIN (SELECT DISTINCT channel, reference FROM channel_tracking) AS c ON c.channel = o.channel AND c.reference = o.reference
WHERE o.khaos_lives AND o.khaos_in_full AND o.khaos_sent > 0 AND o.status <> 'cancelled'

-- name: exceptions
WITH untold AS (
    SELECT o.*, e.numbers,
        CASE WHEN NOT o.shipped THEN 'status' END AS no_status,
        CASE WHEN e.numbers IS NOT NULL AND c.reference IS NULL THEN 'tracking' END AS no_tracking,
        end_of_london_day(o.shipped_on) > getvariable('as_of') - getvariable('tracking_grace') AS within_grace
    FROM channel_order AS o
    LEFT JOIN (
        SELECT channel, reference, list(DISTINCT tracking ORDER BY tracking) AS numbers FROM expected_tracking GROUP BY ALL
    ) AS e ON e.channel = o.channel AND e.reference = o.reference
    LEFT JOIN (SELECT DISTINCT channel, reference FROM channel_tracking) AS c ON c.channel = o.channel AND c.reference = o.reference
    WHERE o.khaos_lives AND o.khaos_in_full AND o.khaos_sent > 0 AND o.status <> 'cancelled'
)
SELECT from_khaos AS systems, 'orders' AS entity, reference AS record_key,
    concat_ws('+', no_status, no_tracking) AS field,
    khaos_key AS counterpart_key,
    concat_ws(', ', 'shipped', array_to_string(numbers, '+')) AS expected_value,
    concat_ws(', ', CASE WHEN no_status IS NOT NULL THEN 'not shipped' END, CASE WHEN no_tracking IS NOT NULL THEN 'no tracking number' END) AS actual_value,
    CASE WHEN within_grace THEN 'inside the tracking grace' ELSE 'past the tracking grace' END AS reason,
    end_of_london_day(shipped_on) AS observed_at, khaos_snapshot AS expected_snapshot, snapshot AS actual_snapshot,
    CASE WHEN within_grace THEN 'expected' ELSE 'open' END AS state,
    json_object('shipped_on', shipped_on::VARCHAR, 'tracking', coalesce(numbers, []), 'dispatches', coalesce(dispatch_keys, [])) AS evidence,
    channel AS other, reference
FROM untold
WHERE no_status IS NOT NULL OR no_tracking IS NOT NULL
