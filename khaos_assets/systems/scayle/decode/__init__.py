"""From landed pages to records, without network, clock or settings: a rebuild gets the same tables."""
