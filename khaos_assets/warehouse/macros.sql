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
