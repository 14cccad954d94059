"""Asking for the reads: cursor lists walked twice, single calls many at a time, orders by list, id and reference."""
