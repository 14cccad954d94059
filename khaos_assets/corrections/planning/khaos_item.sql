-- Descriptive fields that a PIM owns, to Khaos (PIM-02). Left out: what is empty in the PIM, what Khaos cannot hold, what two PIMs
-- say differently. Amounts and tax codes are finance's and never written.
WITH named(field, element) AS (
    VALUES ('description', 'STOCK_DESC'), ('long_description', 'LONG_DESC'), ('weight', 'WEIGHT'), ('height', 'HEIGHT'),
        ('width', 'WIDTH'), ('depth', 'DEPTH'), ('country_of_origin', 'COUNTRY_OF_MANUFACTURE')
),
said AS (
    SELECT record_key, field, count(DISTINCT expected_value) AS values FROM open_case WHERE code = 'PIM-02' GROUP BY ALL
)
SELECT c.case_key, 'khaos.item' AS write, 60 AS rank, {'code': c.record_key, 'element': n.element} AS target,
    c.record_key AS record, c.field, c.evidence::JSON ->> 'khaos' AS before, c.expected_value AS after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    ['khaos/stock_items', split_part(c.systems, '>', 1) || '/products'] AS rests_on,
    json_object('pim', c.evidence::JSON ->> 'pim', 'owner', c.expected_snapshot, 'khaos', c.actual_snapshot) AS evidence,
    CASE
        WHEN c.expected_value = '' THEN 'it is empty in the PIM'
        WHEN s.values > 1 THEN 'two systems say it differently'
        WHEN n.element = 'STOCK_DESC' AND length(c.expected_value) > 250 THEN 'Khaos holds 250 letters'
        WHEN n.element = 'STOCK_DESC' AND contains(c.expected_value, '#') THEN 'Khaos takes no # in a description'
    END AS left_out
FROM open_case AS c
JOIN named AS n USING (field)
JOIN said AS s USING (record_key, field)
WHERE c.code = 'PIM-02'
