-- LEVEL is what is free to sell at a site, never a physical figure (contract 3.4).
SELECT
    'khaos' AS system,
    stock_code || '/' || site_name AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'khaos' AND entity = 'stock_levels') AS snapshot,
    stock_code AS sku,
    site_name AS place,
    level AS available,
    coalesce(on_order_level, potential_on_order) AS on_order,
    potential_back_order AS back_order,
    build_potential_children AS build_potential
FROM wire.khaos_stock_levels
