-- Order lines with Khaos's own line arithmetic (contract 3.8): P = q·u, D = R(P·d/100), rounding half away from zero.
--   gross method: N = R( R(R(P) / (1 + r)) − D / (1 + r) ),  V = R(P − D − N)
--   net method:   N = R(P − D),                              V = R(N · r)
-- The method is the customer's company class's, as configured; else that of the price the line carries.
WITH lines AS (
    SELECT l.*,
        coalesce(tax.percent, i.vat_percent, getvariable('home_vat_percent'))::DECIMAL(9, 4) AS percent,
        l.price_net IS NOT NULL AS carries_net,
        coalesce(
            a.method, CASE WHEN l.price_net IS NOT NULL THEN 'net' WHEN l.price_gross IS NOT NULL THEN 'gross' END
        ) AS method
    FROM wire.khaos_order_lines AS l
    LEFT JOIN tax_code AS tax ON tax.tax_code = l.tax_code::VARCHAR
    LEFT JOIN wire.khaos_stock_items AS i ON i.stock_code = l.stock_code
    LEFT JOIN wire.khaos_sales_orders AS o ON o.sorder_code = l.sorder_code
    LEFT JOIN wire.khaos_customers AS c ON c.company_code = o.company_code
    LEFT JOIN class_arithmetic AS a ON a.company_class = c.company_class
),
-- The unit price in the method's basis, in ten-thousandths; a converted one is rounded to the penny as Khaos does
unit AS (
    SELECT *,
        ((100 + percent) * 10000)::HUGEINT AS gross_factor,          -- (1 + r) × 1,000,000
        CASE
            WHEN method = 'net' AND carries_net THEN (price_net * 10000)::HUGEINT
            WHEN method = 'net' THEN half_up((price_gross * 10000)::HUGEINT * 10000, ((100 + percent) * 10000)::HUGEINT) * 100
            WHEN NOT carries_net THEN (price_gross * 10000)::HUGEINT
            ELSE half_up((price_net * 10000)::HUGEINT * ((100 + percent) * 10000)::HUGEINT, 100000000) * 100
        END AS u
    FROM lines
),
-- P in billionths (quantity has 5 places, price 4); D in pence
extended AS (
    SELECT *,
        (order_qty * 100000)::HUGEINT * u AS p9,
        half_up((order_qty * 100000)::HUGEINT * u * (coalesce(discount_percent, 0) * 10000)::HUGEINT, 10000000::HUGEINT * 1000000) AS d
    FROM unit
),
net AS (
    SELECT *,
        CASE method
            WHEN 'net' THEN half_up(p9 - d * 10000000, 10000000)
            -- R(R(P)/(1+r)) − D/(1+r), rounded: both over the factor, in pence × gross_factor
            ELSE half_up(half_up(half_up(p9, 10000000) * 1000000, gross_factor) * gross_factor - d * 1000000, gross_factor)
        END AS n
    FROM extended
)
SELECT
    'khaos' AS system,
    sorder_code AS order_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'khaos' AND entity = 'order_lines') AS snapshot,
    line_no AS line,
    stock_code AS sku,
    site AS place,
    order_qty AS quantity,
    coalesce(price_net, price_gross) AS unit_price,
    CASE WHEN coalesce(price_net, price_gross) IS NOT NULL THEN carries_net END AS price_is_net,
    discount_percent,
    tax_code::VARCHAR AS tax_code,
    percent AS vat_percent,
    n::DECIMAL(24, 0) * 0.01 AS line_net,
    CASE method
        WHEN 'net' THEN half_up(n * (percent * 10000)::HUGEINT, 1000000)
        ELSE half_up(p9 - (d + n) * 10000000, 10000000)
    END::DECIMAL(24, 0) * 0.01 AS line_vat,
    CASE method
        WHEN 'net' THEN d
        ELSE half_up(d * 1000000, gross_factor)
    END::DECIMAL(24, 0) * 0.01 AS discount_net,
    method AS arithmetic
FROM net
