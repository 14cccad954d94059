-- VAT of the period by rate, market and tax point (the invoice's date, else its shipping; a credit note's own day). Zero rates of
-- goods that left the country need evidence: a parcel with a number. Recomputed: each document's net at the rate.

-- name: rows
SELECT what, market, country, percent AS vat_percent, tax_point, export, count(*) AS lines,
    sum(net_gbp) AS net_gbp, sum(vat_gbp) AS vat_gbp, sum(pounds(fraction((net_gbp * 100)::HUGEINT * (percent * 10000)::HUGEINT, 100 * 1000000))) AS recomputed_gbp,
    sum(vat_gbp) - sum(pounds(fraction((net_gbp * 100)::HUGEINT * (percent * 10000)::HUGEINT, 100 * 1000000))) AS difference_gbp,
    coalesce(sum(net_gbp) FILTER (export AND percent = 0 AND NOT evidence AND what <> 'credit note'), 0) AS without_evidence_gbp
FROM taxed
GROUP BY ALL
ORDER BY tax_point, market, what, vat_percent, country, export

-- name: totals
WITH each_one AS (
    SELECT net_gbp AS net, vat_gbp AS vat, pounds(fraction((net_gbp * 100)::HUGEINT * (percent * 10000)::HUGEINT, 100 * 1000000)) AS again,
        CASE WHEN export AND percent = 0 AND NOT evidence AND what <> 'credit note' THEN net_gbp ELSE 0 END AS bare
    FROM taxed
)
SELECT count(*) AS lines, sum(net) AS net_gbp, sum(vat) AS vat_gbp, sum(again) AS recomputed_gbp, sum(vat - again) AS difference_gbp, sum(bare) AS without_evidence_gbp
FROM each_one
