-- Of a case of an order that Khaos has not (ORD-01): its lines at what was paid, in the words of Khaos's import; what they come to there;
-- where it leaves from; and why it is left out: money that does not add up to lines and delivery, rates that Khaos's codes do not have,
-- packs, several warehouses, a month that is sealed. A price is sent without VAT where the channel has it so, or where there is none;
-- then the account's class decides about the penny (contract khaos, 3.8), and where its way is unknown both must come to the same.
CREATE OR REPLACE TEMP TABLE missing_order AS
WITH orders AS (
    SELECT c.case_key, c.record_key AS record, c.expected_snapshot, o.channel, o.order_key, o.khaos_reference AS reference, o.market, o.currency,
        o.confirmed_at, o.total_gross, o.delivery_net, o.delivery_gross, s.khaos_accounts, a.method
    FROM open_case AS c
    JOIN channel_order AS o ON o.to_khaos = c.systems AND o.reference = c.record_key
    LEFT JOIN shop_customer AS s ON o.channel = 'orocommerce' AND s.customer = o.account_key
    LEFT JOIN account AS k ON k.system = 'khaos' AND len(s.khaos_accounts) = 1 AND k.source_key = s.khaos_accounts[1]
    LEFT JOIN class_arithmetic AS a ON a.company_class = k.company_class
    WHERE c.code = 'ORD-01'
),
bought AS (
    SELECT o.case_key, i.sku AS code, l.quantity, t.tax_code AS tax, k.percent,
        -- A rate that the wire does not tell is the mapped one where the line's VAT is that of it
        coalesce(l.vat_percent, CASE WHEN abs(l.line_gross - l.line_net - l.line_net * k.percent / 100) < 0.01 THEN k.percent END) AS shop_percent,
        l.price_is_net OR k.percent = 0 AS net,
        CASE WHEN l.price_is_net OR k.percent = 0 THEN l.line_net ELSE l.line_gross END AS paid,
        coalesce(l.voucher_net, 0) = 0 AS plain, r.parent_sku IS NOT NULL AS is_pack, l.place
    FROM orders AS o
    JOIN order_line AS l ON l.system = o.channel AND l.order_key = o.order_key
    LEFT JOIN sku_meaning AS m ON m.system = o.channel AND m.sku = l.sku
    LEFT JOIN item AS i ON i.system = 'khaos' AND i.sku = coalesce(m.stock_code, l.sku)
    LEFT JOIN market_tax_code AS t ON t.market = o.market AND t.item_percent = i.vat_percent
    LEFT JOIN tax_code AS k ON k.tax_code = t.tax_code
    LEFT JOIN (SELECT DISTINCT parent_sku FROM item_relation WHERE system = 'khaos' AND kind = 'pack') AS r ON r.parent_sku = i.sku
    WHERE NOT coalesce(l.cancelled, FALSE)
),
priced AS (
    SELECT *, half_up((paid * 10000)::HUGEINT * 1000, nullif((quantity * 100000)::HUGEINT, 0))::DECIMAL(20, 0) * 0.01 AS price FROM bought
),
merged AS (
    SELECT case_key, code, price, net, tax, percent, sum(quantity) AS quantity, bool_and(plain) AS plain, bool_or(is_pack) AS is_pack,
        bool_and(coalesce(price * quantity = paid, FALSE)) AS exact,
        bool_and(coalesce(shop_percent = percent AND percent IN (0, getvariable('home_vat_percent')), FALSE)) AS taxed,
        list(DISTINCT place) AS places
    FROM priced GROUP BY ALL
),
lines AS (
    SELECT case_key, sum(quantity) AS units, bool_and(code IS NOT NULL) AS known, bool_and(plain AND exact) AS plain, bool_or(is_pack) AS has_pack,
        bool_and(taxed) AS taxed, list_distinct(flatten(list(places))) AS places,
        sum((price * quantity)::DECIMAL(28, 4) + CASE WHEN net THEN vat_on((price * quantity)::DECIMAL(28, 4), percent) ELSE 0 END) AS of_net,
        sum(((price + CASE WHEN net THEN vat_on(price::DECIMAL(28, 4), percent) ELSE 0 END) * quantity)::DECIMAL(28, 4)) AS of_gross,
        to_json(list({'code': code, 'quantity': plain(quantity), 'price': price::DECIMAL(28, 2)::VARCHAR, 'net': net, 'tax': tax}
                     ORDER BY code, price)) AS lines
    FROM merged GROUP BY case_key
),
site AS (
    SELECT m.channel, m.warehouse, first(m.site ORDER BY NOT k.is_default, m.site) AS site
    FROM map_warehouse AS m JOIN wire.khaos_sites AS k ON k.site_name = m.site
    GROUP BY m.channel, m.warehouse
),
-- OroCommerce's lines name no warehouse: they leave from the one that is mapped
leaves AS (
    SELECT o.case_key, site.site
    FROM orders AS o
    LEFT JOIN lines AS n USING (case_key)
    LEFT JOIN (SELECT channel, min(warehouse) AS warehouse FROM site GROUP BY channel HAVING count(*) = 1) AS w
        ON w.channel = o.channel AND o.channel = 'orocommerce'
    LEFT JOIN site ON site.channel = o.channel AND site.warehouse = coalesce(w.warehouse, CASE WHEN len(n.places) = 1 THEN n.places[1] END)
)
SELECT o.case_key, o.record, o.channel, o.order_key, o.market, o.expected_snapshot,
    {'reference': o.reference, 'site': s.site, 'ordered_at': strftime(timezone('Europe/London', o.confirmed_at), '%Y-%m-%dT%H:%M:%S'),
     'currency': o.currency, 'total': o.total_gross::DECIMAL(28, 2)::VARCHAR, 'delivery_net': o.delivery_net::DECIMAL(28, 2)::VARCHAR,
     'delivery_tax': (o.delivery_gross - o.delivery_net)::DECIMAL(28, 2)::VARCHAR, 'lines': n.lines::VARCHAR} AS target,
    plain(n.units) || ' units, ' || o.total_gross::DECIMAL(28, 2)::VARCHAR || ' ' || o.currency AS after,
    CASE
        WHEN o.channel = 'orocommerce' AND coalesce(len(o.khaos_accounts), 0) <> 1 THEN 'its customer is on several accounts of Khaos, or on none'
        WHEN n.units IS NULL OR NOT n.known THEN 'a line of it is no stock code of Khaos'
        WHEN n.has_pack THEN 'it has a pack, whose parts Khaos adds itself'
        WHEN NOT n.taxed THEN 'a rate of it is not one of Khaos''s codes for the market'
        WHEN NOT n.plain THEN 'a line of it has no price for one unit in whole pence'
        WHEN coalesce(CASE o.method WHEN 'net' THEN n.of_net WHEN 'gross' THEN n.of_gross ELSE CASE WHEN n.of_net = n.of_gross THEN n.of_net END END
                      + o.delivery_gross <> o.total_gross, TRUE) THEN 'its total is not that of its lines and delivery in Khaos'
        WHEN s.site IS NULL THEN 'it leaves from several warehouses, or from one that is not mapped'
        WHEN EXISTS (FROM sealed_period AS p WHERE london_date(o.confirmed_at) BETWEEN p.first AND p.last) THEN 'it was ordered in a month that is sealed'
    END AS left_out
FROM orders AS o
LEFT JOIN lines AS n USING (case_key)
LEFT JOIN leaves AS s USING (case_key);
