"""Khaos Control: the ERP. Stock items and levels, customers, price lists, sales orders and their lines."""
