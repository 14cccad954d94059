"""Asking an installation until what came is whole: one module per kind of read (contract khaos, sections 3 and 4).

Here: what is asked, what is asked again, and what could not be proven. Not here: what an element means (`decode/`).
"""
