SELECT 'khaos' AS system, site_name AS place, is_default FROM wire.khaos_sites
