"""Cases: each difference has one, with a life, a history that cannot be rewritten, and people who decide about it.

Here: the ledger. Not here: finding differences (`rules/`), showing cases (`reports/`, the command line).
"""
