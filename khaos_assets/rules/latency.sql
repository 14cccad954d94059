-- How long things take from one system to the next, of what began in the days before the night. Khaos keeps days and no times:
-- what it shows is taken to have come with the first minute of that day, and to have gone with the last. So a figure may be
-- too small by what is left of a day, and never too large. What has not arrived has taken until now. Of a flow of which tonight
-- not all was seen, nothing is said.

DELETE FROM flow_latency WHERE night = getvariable('night');

INSERT INTO flow_latency BY NAME
WITH measured AS (
    SELECT 'order' AS flow, to_khaos AS systems, o.confirmed_at AS began, o.khaos_key IS NOT NULL AS arrived,
        timezone('Europe/London', k.created_on::TIMESTAMP) AS arrived_at
    FROM channel_order AS o
    LEFT JOIN khaos_channel_order AS k ON k.order_key = o.khaos_key
    WHERE o.confirmed_at IS NOT NULL AND o.status <> 'cancelled' AND o.imported
    UNION ALL
    SELECT 'dispatch', 'wair>khaos', d.last_at, c.sent, timezone('Europe/London', c.shipped_on::TIMESTAMP)
    FROM (SELECT reference, max(last_at) AS last_at FROM dispatched GROUP BY reference) AS d
    JOIN (
        SELECT reference, bool_and(sent >= least(dispatched, ordered)) AS sent, max(shipped_on) AS shipped_on
        FROM order_comparison WHERE dispatched > 0 GROUP BY reference
    ) AS c USING (reference)
    UNION ALL
    SELECT 'tracking', o.from_khaos, end_of_london_day(o.shipped_on),
        coalesce(o.shipped, FALSE) AND t.reference IS NOT NULL, coalesce(o.shipped_at, end_of_london_day(o.shipped_on))
    FROM channel_order AS o
    LEFT JOIN (SELECT DISTINCT channel, reference FROM channel_tracking) AS t ON t.channel = o.channel AND t.reference = o.reference
    WHERE o.khaos_lives AND o.khaos_in_full AND o.khaos_sent > 0 AND o.status <> 'cancelled' AND o.shipped_on IS NOT NULL
),
taken AS (
    SELECT flow, systems, arrived,
        greatest(epoch(CASE WHEN arrived THEN arrived_at ELSE getvariable('as_of') END - began), 0) / 60 AS minutes
    FROM measured
    WHERE began >= getvariable('as_of') - getvariable('latency_window') AND began <= getvariable('as_of')
        AND (NOT arrived OR arrived_at IS NOT NULL)
)
SELECT getvariable('night') AS night, t.flow, t.systems, count(*) AS things,
    round(quantile_cont(t.minutes, 0.5))::BIGINT AS median_minutes, round(quantile_cont(t.minutes, 0.95))::BIGINT AS p95_minutes,
    any_value(g.minutes) AS target_minutes,
    count(*) FILTER (t.minutes > g.minutes) AS late, count(*) FILTER (NOT arrived) AS waiting
FROM taken AS t
JOIN flow_target AS g ON g.flow = t.flow
JOIN (VALUES ('order', 'ORD-01'), ('dispatch', 'ORD-05'), ('tracking', 'ORD-07')) AS x(flow, code) ON x.flow = t.flow
JOIN control_code AS c ON c.night = getvariable('night') AND c.code = x.code AND c.systems = t.systems AND c.closes
GROUP BY t.flow, t.systems;
