"""Takes one condition at a time out of the rules' SQL and asks whether a test notices. Run by hand:

    python -m khaos_assets_tests.mutate_rules [part of a file name …]

The tests of `unit/rules` run once. Each night that they evaluate is evaluated again with each mutant that can reach it
(a rule's own two statements are compared first, so that most take milliseconds). Then the tests whose nights came out
otherwise run once more on those results. What no test notices is printed. One process; nothing is written.
"""
