-- ORD-13 Stuck order. An open Khaos order, created some nights ago, of which an invoice not yet sent shows the same stage night
-- after night; or which is on hold while its channel shows it in progress. Without a channel the pair is Khaos alone.
-- Not caught: future-dated orders.

-- name: population
SELECT systems, reference AS record_key, '' AS scope, NOT (stuck OR held) AS holds
FROM order_progress

-- name: exceptions
SELECT systems, 'sales_orders' AS entity, reference AS record_key,
    concat_ws('+', CASE WHEN stuck THEN 'stage' END, CASE WHEN held THEN 'terms_hold' END) AS field,
    order_key AS counterpart_key,
    'on its way' AS expected_value,
    concat_ws(', ', CASE WHEN stuck THEN 'at ' || coalesce(stage_name, 'stage ' || stage) || ' for ' || nights || ' nights' END, CASE WHEN held THEN 'on hold' END) AS actual_value,
    CASE WHEN held THEN 'on hold while the channel shows it in progress' ELSE 'no invoice moved on' END AS reason,
    pounds(net_gbp) AS amount_gbp,
    snapshot AS actual_snapshot,
    json_object('created', created_on::VARCHAR, 'stage', stage, 'nights', nights) AS evidence,
    CASE WHEN channel IS NULL THEN 'khaos' ELSE channel END AS other, reference
FROM order_progress
WHERE stuck OR held
