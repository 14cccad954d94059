"""The month's end: a pack that ties out, is signed, sealed and can be made again a year later.

Here: periods, the sheets of the pack, its control totals, the steps from prepared to sealed. Not here: single nights.
"""
