-- What many differences together say of a sync: members of a backlog, and runs of neighbours that differ.

-- Which codes say that a record has not reached the other side. PIM-02 of an amount is of the class price
CREATE OR REPLACE TABLE backlog_member AS
SELECT * FROM (VALUES
    ('STK-01', 'stock'), ('STK-02', 'stock'), ('STK-04', 'stock'), ('STK-05', 'stock'), ('STK-07', 'stock'),
    ('FIN-07', 'price'), ('FIN-08', 'price'), ('PIM-02', 'price'), ('PIM-02', 'description'),
    ('ORD-01', 'order'), ('ORD-09', 'order'), ('ORD-12', 'order')
) AS m(code, class);

CREATE OR REPLACE MACRO is_of_class(code, field, class) AS
    code <> 'PIM-02' OR (class = 'price') = (field IN ('cost', 'price', 'sell_price', 'web_price'));

-- Codes that compare the same records in one order of keys, and where those stand
CREATE OR REPLACE TABLE sync_group AS
SELECT * FROM (VALUES
    ('STK-01', 'stock', 'stock_levels'), ('STK-07', 'stock', 'stock_levels'), ('PIM-02', 'attributes', 'stock_items'),
    ('SKU-03', 'items', 'products')
) AS g(code, kind, entity);
