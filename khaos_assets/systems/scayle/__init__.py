"""SCAYLE: the web shop. Shops, warehouses, products and their variants, sellable stock, prices, orders.

Lists are walked by cursor, twice, with pages of two sizes; stock, prices and order details have no list and are asked
for one by one, many at a time. What is asked stands in `walk/`, what an answer means in `decode.py`.
"""
