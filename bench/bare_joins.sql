-- The bare joins that the comparisons rest on: per pair of systems and per comparison one FULL OUTER JOIN over the night's
-- Parquet, by the plain key, with the columns that are compared. Nothing is mapped, converted, added up over places or
-- judged. Each system is a schema, each snapshot table a view in it.

-- name: khaos>wair items
SELECT k.stock_code, w.sku_id, k.discontinued, k.barcodes, w.active, w.barcode, w.style_id, w.size, w.body_map
FROM khaos.stock_items AS k FULL JOIN wair.items AS w ON w.sku_id = k.stock_code

-- name: khaos>wair stock
SELECT k.stock_code, k.site_name, w.sku_id, w.location_id, k.level, k.potential_back_order, w.on_hand, w.allocated, w.available, w.updated_at
FROM khaos.stock_levels AS k
FULL JOIN (SELECT s.*, m.site FROM wair.stock AS s JOIN site_of AS m ON m.location = s.location_id) AS w
    ON w.sku_id = k.stock_code AND w.site = k.site_name

-- name: khaos>wair stock and open orders
SELECT k.stock_code, k.site_name, l.sorder_code, k.level, l.order_qty
FROM khaos.stock_levels AS k FULL JOIN khaos.order_lines AS l ON l.stock_code = k.stock_code AND l.site = k.site_name

-- name: khaos>wair transfers
SELECT k.stock_code, t.transfer_id, k.level, t.quantity_shipped, t.quantity_received
FROM khaos.stock_levels AS k FULL JOIN wair.transfers AS t ON t.sku_id = k.stock_code

-- name: khaos>wair orders
SELECT k.sorder_code, k.associated_ref, d.dispatch_id, k.courier, k.complete, k.invoices, d.carrier_service, d.tracking_number, d.dispatched_at
FROM khaos.sales_orders AS k FULL JOIN wair.dispatches AS d ON d.order_reference = k.associated_ref

-- name: khaos>wair order lines
SELECT k.sorder_code, k.stock_code, d.dispatch_id, d.sku_id, k.order_qty, d.quantity
FROM khaos.order_lines AS k
FULL JOIN (
    SELECT dispatch_id, order_reference, unnest(lines, recursive := true) FROM wair.dispatches
) AS d ON d.order_reference = k.associated_ref AND d.sku_id = k.stock_code

-- name: khaos>wair units sent
SELECT k.sorder_code, k.stock_code, d.dispatch_id, d.sku_id, k.qty_sent, d.quantity
FROM (
    SELECT sorder_code, associated_ref, unnest(items, recursive := true)
    FROM (SELECT sorder_code, associated_ref, unnest(invoices).items AS items FROM khaos.sales_orders)
) AS k
FULL JOIN (
    SELECT dispatch_id, order_reference, unnest(lines, recursive := true) FROM wair.dispatches
) AS d ON d.order_reference = k.associated_ref AND d.sku_id = k.stock_code

-- name: khaos>scayle items
SELECT k.stock_code, v.reference_key, k.web, k.discontinued, v.ean, v.product_id
FROM khaos.stock_items AS k FULL JOIN scayle.variants AS v ON v.reference_key = k.stock_code

-- name: khaos>scayle stock
SELECT k.stock_code, k.site_name, v.reference_key, v.warehouse_reference_key, k.level, k.safe_level, v.quantity, v.changed_at
FROM khaos.stock_levels AS k
FULL JOIN (
    SELECT v.reference_key, s.* FROM scayle.stocks AS s JOIN scayle.variants AS v ON v.id = s.variant_id
) AS v ON v.reference_key = k.stock_code

-- name: khaos>scayle prices
SELECT k.stock_code, v.reference_key, k.sell_price, k.sell_price_web, v.price, v.old_price, v.currency_code, v.country_code
FROM khaos.stock_items AS k
FULL JOIN (
    SELECT v.reference_key, p.* FROM scayle.prices AS p JOIN scayle.variants AS v ON v.id = p.variant_id
) AS v ON v.reference_key = k.stock_code

-- name: khaos>scayle orders
SELECT k.sorder_code, k.associated_ref, o.id, k.is_cancelled, k.items_net, k.items_gross, k.delivery_net, k.delivery_gross,
    k.currency_code, k.invoices, o.status, o.currency_code, o.cost, o.packages, o.updated_at
FROM khaos.sales_orders AS k
FULL JOIN scayle.orders AS o ON 'SC-' || coalesce(o.reference_key, o.id::VARCHAR) = k.associated_ref

-- name: khaos>scayle order lines
SELECT k.sorder_code, k.stock_code, o.order_id, o.variant, k.order_qty, k.price_net, k.price_gross, k.tax_code, o.price, o.status
FROM khaos.order_lines AS k
FULL JOIN (
    SELECT 'SC-' || coalesce(reference_key, id::VARCHAR) AS reference, id AS order_id, unnest(items, max_depth := 2)
    FROM scayle.orders
) AS o ON o.reference = k.associated_ref AND o.variant.reference_key = k.stock_code

-- name: scayle>wair orders
SELECT o.id, o.reference_key, d.dispatch_id, o.status, o.packages, d.tracking_number, d.dispatched_at
FROM scayle.orders AS o
FULL JOIN wair.dispatches AS d ON d.order_reference = 'SC-' || coalesce(o.reference_key, o.id::VARCHAR)

-- name: khaos>orocommerce items
SELECT k.stock_code, p.sku, k.web, k.discontinued, p.status, p.product_type
FROM khaos.stock_items AS k FULL JOIN orocommerce.products AS p ON p.sku = k.stock_code

-- name: khaos>orocommerce stock
SELECT k.stock_code, k.site_name, s.sku, s.unit, k.level, k.safe_level, s.quantity
FROM khaos.stock_levels AS k FULL JOIN orocommerce.inventory_levels AS s ON s.sku = k.stock_code

-- name: khaos>orocommerce prices
SELECT k.stock_code, k.price_list, p.price_list_id, p.sku, k.calculated_price, p.value, p.currency, p.unit
FROM khaos.price_lists AS k
FULL JOIN orocommerce.product_prices AS p ON p.sku = k.stock_code AND p.quantity = k.qty_start

-- name: khaos>orocommerce orders
SELECT k.sorder_code, k.associated_ref, o.identifier, k.is_cancelled, k.items_net, k.items_gross, k.delivery_net,
    k.delivery_gross, k.invoices, o.internal_status, o.subtotal_value, o.total_value, o.currency, o.updated_at
FROM khaos.sales_orders AS k FULL JOIN orocommerce.orders AS o ON 'OR-' || o.identifier = k.associated_ref

-- name: khaos>orocommerce order totals
SELECT k.sorder_code, k.associated_ref, s.id, k.items_net, k.items_gross, k.delivery_net, s.order_subtotal_type, s.signed_amount
FROM khaos.sales_orders AS k
FULL JOIN (
    SELECT 'OR-' || o.identifier AS reference, s.*
    FROM orocommerce.order_subtotals AS s JOIN orocommerce.orders AS o ON o.id = s.order_id
) AS s ON s.reference = k.associated_ref

-- name: khaos>orocommerce order lines
SELECT k.sorder_code, k.stock_code, l.id, l.product_sku, k.order_qty, k.price_net, k.price_gross, k.tax_code, l.quantity, l.value,
    l.row_total_after_discount_excluding_tax, l.row_total_after_discount_including_tax
FROM khaos.order_lines AS k
FULL JOIN (
    SELECT 'OR-' || o.identifier AS reference, l.*
    FROM (SELECT *, unnest(order_ids) AS order_id FROM orocommerce.order_line_items) AS l
    JOIN orocommerce.orders AS o ON o.id = l.order_id
) AS l ON l.reference = k.associated_ref AND l.product_sku = k.stock_code

-- name: khaos>orocommerce parcels
SELECT k.sorder_code, k.associated_ref, t.id, k.invoices, t.method, t.number
FROM khaos.sales_orders AS k
FULL JOIN (
    SELECT 'OR-' || o.identifier AS reference, t.*
    FROM (SELECT *, unnest(order_ids) AS order_id FROM orocommerce.shipping_trackings) AS t
    JOIN orocommerce.orders AS o ON o.id = t.order_id
) AS t ON t.reference = k.associated_ref

-- name: khaos>orocommerce accounts
SELECT k.company_code, c.id, k.company_status, k.price_lists, i.terms_desc, i.orders_held, c.name, c.group_id, c.payment_term_id
FROM khaos.customers AS k
LEFT JOIN khaos.company_info AS i USING (company_code)
FULL JOIN orocommerce.customers AS c ON c.id = k.other_ref

-- name: khaos>orocommerce users
SELECT k.company_code, u.id, k.company_status, u.enabled, u.is_guest
FROM khaos.customers AS k FULL JOIN orocommerce.customer_users AS u ON u.customer_id = k.other_ref

-- name: orocommerce>wair orders
SELECT o.identifier, d.dispatch_id, o.internal_status, o.shipping_status, d.tracking_number, d.dispatched_at
FROM orocommerce.orders AS o FULL JOIN wair.dispatches AS d ON d.order_reference = 'OR-' || o.identifier

-- name: khaos>plytix items and attributes
SELECT k.stock_code, p.sku, k.stock_desc, k.long_desc, k.weight_kg, k.height, k.width, k.depth, k.buy_price, k.sell_price,
    k.vat_percent, k.country_of_manufacture, k.barcodes, p.label, p.gtin, p.status, p.attributes, p.modified
FROM khaos.stock_items AS k FULL JOIN plytix.products AS p ON p.sku = k.stock_code

-- name: khaos>plytix relations
SELECT k.stock_code, k.child, p.sku, p.child_sku, k.quantity, p.quantity AS quantity_there
FROM (
    SELECT stock_code, link.stock_code AS child, link.link_value AS quantity
    FROM (SELECT stock_code, unnest(links) AS link FROM khaos.stock_items)
) AS k
FULL JOIN (
    SELECT p.sku, c.sku AS child_sku, r.quantity
    FROM plytix.relationships AS r
    JOIN plytix.products AS p ON p.id = r.product_id
    JOIN plytix.products AS c ON c.id = r.related_id
) AS p ON p.sku = k.stock_code AND p.child_sku = k.child

-- name: khaos>plytix variants
SELECT k.stock_code, k.parent_code, v.sku, v.parent_id, v.status, v.modified
FROM khaos.stock_items AS k FULL JOIN plytix.variants AS v ON v.sku = k.stock_code

-- name: khaos>pimberly items and attributes
SELECT k.stock_code, p.primary_id, k.stock_desc, k.long_desc, k.weight_kg, k.height, k.width, k.depth, k.buy_price, k.sell_price,
    k.vat_percent, k.country_of_manufacture, k.barcodes, p.attributes, p.date_updated
FROM khaos.stock_items AS k FULL JOIN pimberly.products AS p ON p.primary_id = k.stock_code

-- name: khaos>pimberly parents
SELECT k.stock_code, k.parent_code, p.product, p.parent
FROM khaos.stock_items AS k FULL JOIN pimberly.parents AS p ON p.product = k.stock_code

-- name: khaos>pimberly relations
SELECT k.stock_code, k.child, p.product, p.item, k.quantity
FROM (
    SELECT stock_code, link.stock_code AS child, link.link_value AS quantity
    FROM (SELECT stock_code, unnest(links) AS link FROM khaos.stock_items)
) AS k
FULL JOIN pimberly.items AS p ON p.product = k.stock_code AND p.item = k.child
