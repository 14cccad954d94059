"""The calls that change something: documented imports and the assumed extension (contract khaos, section 5)."""
