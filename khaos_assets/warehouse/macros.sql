-- Exact arithmetic and London time. DuckDB divides DECIMALs as floats, so money is divided as whole numbers here.

-- n / d, rounded half away from zero, as a whole number
CREATE OR REPLACE MACRO half_up(n, d) AS sign(n) * sign(d) * ((abs(n) * 2 + abs(d)) // (abs(d) * 2));

-- An exact fraction of pounds (num / den). Amounts add and multiply as fractions and are rounded once, at the end.
CREATE OR REPLACE MACRO fraction(num, den) AS {'num': num::HUGEINT, 'den': den::HUGEINT};

-- money (at most 4 places), divided by (100 + percent) / 100 where it includes VAT at that percentage
CREATE OR REPLACE MACRO net_fraction(money, includes_vat, percent) AS CASE
    WHEN money IS NULL OR includes_vat IS NULL OR (includes_vat AND percent IS NULL) THEN NULL
    WHEN includes_vat THEN fraction((money * 10000)::HUGEINT * 100, ((100 + percent) * 10000)::HUGEINT)
    ELSE fraction((money * 10000)::HUGEINT, 10000) END;

-- fraction × units (at most 5 places)
CREATE OR REPLACE MACRO times_units(f, units) AS CASE
    WHEN f IS NULL OR units IS NULL THEN NULL
    ELSE fraction(f.num * (units * 100000)::HUGEINT, f.den * 100000) END;

CREATE OR REPLACE MACRO reduced(f) AS fraction(f.num // gcd(f.num, f.den), f.den // gcd(f.num, f.den));

CREATE OR REPLACE MACRO fraction_plus(a, b) AS
    reduced(fraction(a.num * (lcm(a.den, b.den) // a.den) + b.num * (lcm(a.den, b.den) // b.den), lcm(a.den, b.den)));

-- The sum of a list of fractions: NULL when one of them is NULL (unknown is not zero). A macro writes its argument out
-- wherever it is named; the list of one lets the planner see a long argument once (25 ms less for each sum of amounts).
CREATE OR REPLACE MACRO fraction_sum(fs) AS list_transform([fs], lambda l: CASE
    WHEN len(l) = 0 OR list_count(l) < len(l) THEN NULL
    ELSE list_reduce(l, lambda a, b: fraction_plus(a, b)) END)[1];

-- Pounds and pence, half up
CREATE OR REPLACE MACRO pounds(f) AS list_transform([f], lambda x: CASE
    WHEN x IS NULL THEN NULL
    ELSE (half_up(x.num * 100, x.den)::DECIMAL(20, 0) * 0.01)::DECIMAL(18, 2) END)[1];

-- The first instant after a London date
CREATE OR REPLACE MACRO end_of_london_day(day) AS timezone('Europe/London', (day + 1)::TIMESTAMP);

CREATE OR REPLACE MACRO london_date(instant) AS timezone('Europe/London', instant)::DATE;

-- Decimals as people write them: without trailing zeros
CREATE OR REPLACE MACRO plain(d) AS
    CASE WHEN contains(d::VARCHAR, '.') THEN rtrim(rtrim(d::VARCHAR, '0'), '.') ELSE d::VARCHAR END;

-- The sum where every part is known; else unknown, which is not zero
CREATE OR REPLACE MACRO sum_of_all(amounts) AS CASE WHEN count(amounts) = count(*) THEN sum(amounts) END;

-- The channel whose prefix a reference begins with, the longest prefix first; NULL where none does
CREATE OR REPLACE MACRO channel_of(full_reference) AS list_filter(
    getvariable('channel_prefixes')::STRUCT(channel VARCHAR, prefix VARCHAR)[], lambda c: starts_with(full_reference, c.prefix))[1];

CREATE OR REPLACE MACRO without_prefix(full_reference) AS
    coalesce(substr(full_reference, length(channel_of(full_reference).prefix) + 1), full_reference);

-- Whether an instant lies in the period: the London month of the day before the night
CREATE OR REPLACE MACRO in_period(instant) AS strftime(london_date(instant), '%Y-%m') = strftime(getvariable('night') - 1, '%Y-%m');

-- A text without outer and double blanks; NULL where nothing is left. Looking is ten times cheaper than replacing.
CREATE OR REPLACE MACRO squeezed(t) AS CASE
    WHEN regexp_matches(t, '[\s\x{A0}]{2}|[^\S ]|\x{A0}|^ | $') THEN nullif(trim(regexp_replace(t, '[\s\x{A0}]+', ' ', 'g')), '')
    ELSE nullif(t, '') END;

-- The number that a text is; NULL where it is none, or has more digits than can be kept
CREATE OR REPLACE MACRO number_in(t) AS
    CASE WHEN regexp_full_match(trim(t), '[+-]?[0-9]{1,18}(\.[0-9]{1,9}0*)?') THEN trim(t)::DECIMAL(28, 9) END;

-- An amount with at most four places; NULL where rounding would be needed
CREATE OR REPLACE MACRO money_in(n) AS CASE WHEN n = n::DECIMAL(28, 4) THEN n::DECIMAL(28, 4) END;

-- Khaos counts kilograms and centimetres
CREATE OR REPLACE MACRO in_khaos_unit(n, unit) AS n * CASE unit WHEN 'g' THEN 0.001 WHEN 'mm' THEN 0.1 WHEN 'm' THEN 100 ELSE 1 END;

-- A text or number of a record's JSON, which may be cut off further on; NULL where it has none of this name
CREATE OR REPLACE MACRO text_in(json, name) AS TRY_CAST(
    nullif(regexp_extract(json, '"' || name || '"\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9][0-9.]*)', 1), '') AS JSON) ->> '$';

-- The values of an attribute of a product information system, which may come bare or in an array
CREATE OR REPLACE MACRO values_of(attribute) AS CASE
    WHEN attribute.value IS NULL THEN []::VARCHAR[]
    WHEN attribute.kind = 'list' THEN attribute.value::JSON::VARCHAR[]
    ELSE [attribute.value] END;

CREATE OR REPLACE MACRO attribute_named(attributes, wanted) AS list_filter(attributes, lambda a: a.name = wanted)[1];

-- What a product says in our fields (`pim_attribute`), one row per field that is not empty. `number`: of measures in Khaos's
-- unit, of amounts as it stands (`unit` says whether net or gross). `value`: the number plain, else the text squeezed.
CREATE OR REPLACE MACRO product_values(system_name, products) AS TABLE
    WITH said AS (
        SELECT p.id, f.field, f.unit, array_to_string(values_of(p.attribute), ', ') AS raw
        FROM (SELECT id, unnest(attributes) AS attribute FROM query_table(products)) AS p
        JOIN pim_attribute AS f ON f.system = system_name AND f.attribute = p.attribute.name
    ),
    counted AS (SELECT *, CASE WHEN unit <> '' THEN in_khaos_unit(number_in(raw), unit) END AS number FROM said)
    SELECT id, field, unit, raw, number, coalesce(plain(number), squeezed(raw)) AS value
    FROM counted
    WHERE squeezed(raw) IS NOT NULL;

-- The same out of `attribute_said`, one row per product that says anything: measures in Khaos's unit, money net (an exact fraction) and as it stands.
CREATE OR REPLACE MACRO product_fields(system_name, attributes_said) AS TABLE
    WITH said AS (
        SELECT v.source_key AS id,
            any_value(value) FILTER (field = 'description') AS description,
            any_value(value) FILTER (field = 'long_description') AS long_description,
            any_value(value) FILTER (field = 'commodity_code') AS commodity_code,
            any_value(value) FILTER (field = 'country_of_origin') AS country_of_origin,
            any_value(value) FILTER (field = 'tax_code') AS tax_code,
            any_value(number) FILTER (field = 'weight') AS weight_kg,
            any_value(number) FILTER (field = 'height') AS height,
            any_value(number) FILTER (field = 'width') AS width,
            any_value(number) FILTER (field = 'depth') AS depth,
            money_in(any_value(number) FILTER (field = 'cost')) AS cost_amount,
            any_value(unit) FILTER (field = 'cost') = 'net' AS cost_is_net,
            money_in(any_value(number) FILTER (field = 'price')) AS price_amount,
            any_value(unit) FILTER (field = 'price') = 'net' AS price_is_net
        FROM query_table(attributes_said) AS v
        WHERE v.system = system_name
        GROUP BY v.source_key
    )
    SELECT said.*, l.percent AS vat_percent,
        net_fraction(cost_amount, NOT cost_is_net, coalesce(l.percent, getvariable('home_vat_percent'))) AS cost,
        net_fraction(price_amount, NOT price_is_net, coalesce(l.percent, getvariable('home_vat_percent'))) AS price
    FROM said
    LEFT JOIN map_tax_label AS l ON l.label = said.tax_code;
