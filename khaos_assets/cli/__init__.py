"""The command `khaos-assets`: arguments in, one stage called, answers out. It decides nothing that a stage decides.

Exit status: 0 done · 1 failed · 2 wrong usage or configuration · 3 done, but at least one snapshot is INCOMPLETE.
With `--json` standard output carries one JSON document and nothing else; progress and messages go to standard error.

Modules import what they need inside their functions: asking for `--help` must not wait for the whole product.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line of this process."""
    from khaos_assets.cli.app import app

    app()
