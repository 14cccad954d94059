"""Takes one condition at a time out of the rules' SQL and asks whether a test notices. Run by hand:

    python -m khaos_assets_tests.mutate_rules [family, part of a file name or file:line …] [file of tests …]

The tests of a family (`families.py`) run once, file by file. Each night that they evaluate is evaluated again with each
mutant that can reach it and that no file before has seen. Then tests whose nights came out otherwise run once more on
those results, up to the first red. Whatever no test notices and `equivalent.toml` does not explain is printed.
One process; nothing is written.
"""
