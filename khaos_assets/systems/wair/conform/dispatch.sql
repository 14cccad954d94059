-- A voided dispatch stays in the feed without lines (contract 3.5).
SELECT
    'wair' AS system,
    dispatch_id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'wair' AND entity = 'dispatches') AS snapshot,
    without_prefix(d.order_reference) AS reference,
    d.order_reference AS full_reference,
    location_id AS place,
    carrier_service,
    tracking_number AS tracking,
    dispatched_at,
    len(lines) = 0 AS voided,
    updated_at AS changed_at
FROM wire.wair_dispatches AS d
