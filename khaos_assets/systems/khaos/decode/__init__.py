"""From landed pages to records: one module per vocabulary of contract section 3. Pure: no network, clock or settings.

Order of elements, comments, CDATA and elements that are not listed make no difference to the records.
"""
