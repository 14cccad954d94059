-- Orders that SCAYLE has and Khaos has not (ORD-01), line by line at what was paid. Who gets them is asked of SCAYLE when they are sent.
-- Left out: money that does not add up to lines and delivery, rates that Khaos's codes do not have, packs, several warehouses, a month
-- that is sealed. OroCommerce's orders are, too: no documented answer tells their addresses.
WITH shop AS (
    SELECT c.case_key, o.order_key, o.reference, o.khaos_reference, o.market, o.currency, o.confirmed_at, o.total_gross,
        o.delivery_net, o.delivery_gross, o.items_gross, w.shop_country
    FROM open_case AS c
    JOIN channel_order AS o ON o.channel = 'scayle' AND o.reference = c.record_key
    JOIN wire.scayle_orders AS w ON w.id::VARCHAR = o.order_key
    WHERE c.code = 'ORD-01' AND c.systems = 'scayle>khaos'
),
bought AS (
    SELECT s.case_key, coalesce(m.stock_code, l.sku) AS code, l.line_gross AS price, l.vat_percent, count(*) AS units,
        bool_and(coalesce(l.voucher_net, 0) = 0) AS plain, any_value(t.tax_code) AS tax, any_value(k.percent) AS khaos_percent,
        bool_or(r.parent_sku IS NOT NULL) AS is_pack, list(DISTINCT l.place) AS places
    FROM shop AS s
    JOIN order_line AS l ON l.system = 'scayle' AND l.order_key = s.order_key
    LEFT JOIN sku_meaning AS m ON m.system = 'scayle' AND m.sku = l.sku
    LEFT JOIN item AS i ON i.system = 'khaos' AND i.sku = coalesce(m.stock_code, l.sku)
    LEFT JOIN market_tax_code AS t ON t.market = s.market AND t.item_percent = i.vat_percent
    LEFT JOIN tax_code AS k ON k.tax_code = t.tax_code
    LEFT JOIN (SELECT DISTINCT parent_sku FROM item_relation WHERE system = 'khaos' AND kind = 'pack') AS r ON r.parent_sku = i.sku
    WHERE NOT coalesce(l.cancelled, FALSE)
    GROUP BY s.case_key, 2, 3, 4
),
lines AS (
    SELECT case_key, sum(price * units) AS gross, sum(units) AS units, bool_and(plain) AS plain, bool_or(is_pack) AS has_pack,
        list_distinct(flatten(list(places))) AS places,
        bool_and(coalesce(vat_percent = khaos_percent AND vat_percent IN (0, getvariable('home_vat_percent')), FALSE)) AS taxed,
        to_json(list({'code': code, 'quantity': units::VARCHAR, 'price': price::DECIMAL(28, 2)::VARCHAR, 'net': vat_percent = 0, 'tax': tax}
                     ORDER BY code, price)) AS lines
    FROM bought GROUP BY case_key
),
site AS (
    SELECT m.warehouse, first(m.site ORDER BY NOT k.is_default, m.site) AS site
    FROM map_warehouse AS m JOIN wire.khaos_sites AS k ON k.site_name = m.site
    WHERE m.channel = 'scayle' GROUP BY m.warehouse
)
SELECT c.case_key, 'khaos.order' AS write, 5 AS rank,
    {'reference': s.khaos_reference, 'site': site.site, 'ordered_at': strftime(timezone('Europe/London', s.confirmed_at), '%Y-%m-%dT%H:%M:%S'),
     'currency': s.currency, 'total': s.total_gross::DECIMAL(28, 2)::VARCHAR, 'delivery_net': s.delivery_net::DECIMAL(28, 2)::VARCHAR,
     'delivery_tax': (s.delivery_gross - s.delivery_net)::DECIMAL(28, 2)::VARCHAR, 'lines': n.lines::VARCHAR} AS target,
    c.record_key AS record, 'order' AS field, NULL::VARCHAR AS before,
    n.units || ' units, ' || s.total_gross::DECIMAL(28, 2)::VARCHAR || ' ' || s.currency AS after,
    NULL::DECIMAL(28, 5) AS units, NULL::DECIMAL(28, 4) AS floor,
    json_object('source', 'scayle.recipient', 'target',
        json_object('shop', s.shop_country.shop_key, 'country', s.shop_country.country_code, 'order_id', s.order_key)) AS details,
    ['khaos/sales_orders', 'khaos/sites', 'khaos/stock_items', 'scayle/orders'] AS rests_on,
    json_object('market', s.market, 'scayle', c.expected_snapshot) AS evidence,
    CASE
        WHEN s.case_key IS NULL THEN 'no documented answer of OroCommerce tells where an order goes'
        WHEN n.gross IS NULL OR NOT n.plain OR n.gross + s.delivery_gross <> s.total_gross THEN 'its total is not that of its lines and delivery'
        WHEN n.has_pack THEN 'it has a pack, whose parts Khaos adds itself'
        WHEN NOT n.taxed THEN 'a rate of it is not one of Khaos''s codes for the market'
        WHEN len(n.places) <> 1 OR site.site IS NULL THEN 'it leaves from several warehouses, or from one that is not mapped'
        WHEN EXISTS (FROM sealed_period AS p WHERE london_date(s.confirmed_at) BETWEEN p.first AND p.last) THEN 'it was ordered in a month that is sealed'
    END AS left_out
FROM open_case AS c
LEFT JOIN shop AS s USING (case_key)
LEFT JOIN lines AS n USING (case_key)
LEFT JOIN site ON site.warehouse = n.places[1]
WHERE c.code = 'ORD-01'
