-- Of a case of a channel's stock: what the sellable figure was made of, asked again before it is written. The code's own level
-- at each site of the warehouse, of a pack its components'
CREATE OR REPLACE TEMP TABLE sellable_level AS
SELECT c.case_key, to_json(list({'source': 'khaos.level', 'target': {'code': p.sku, 'site_id': s.site_id::VARCHAR}, 'value': plain(p.available)}
                                ORDER BY p.sku, s.site_id)) AS made_of
FROM open_case AS c
JOIN channel_stock AS k ON k.systems = c.systems AND k.other_sku = c.record_key AND k.warehouse = c.scope
LEFT JOIN item_relation AS r ON r.system = 'khaos' AND r.kind = 'pack' AND r.parent_sku = k.sku
JOIN map_warehouse AS w ON w.channel = k.channel AND w.warehouse = k.warehouse
JOIN stock_position AS p ON p.system = 'khaos' AND p.sku = coalesce(r.child_sku, k.sku) AND p.place = w.site
JOIN wire.khaos_sites AS s ON s.site_name = p.place
WHERE k.kind <> 'style_parent'
GROUP BY c.case_key;
