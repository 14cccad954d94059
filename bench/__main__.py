"""`python -m bench`: every benchmark beside its peers, all tables in one run."""

from __future__ import annotations

import argparse
import time

from bench import compare, snapshots


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender runs (default 3)")
    parser.add_argument("--size", type=int, default=1_000_000, help="records (default 1,000,000)")
    asked = parser.parse_args()
    begin = time.monotonic()
    snapshots.report(asked.rounds, asked.size)
    compare.report(asked.rounds, asked.size)
    took = time.monotonic() - begin
    print(f"Rounds: {asked.rounds}, {took:.0f} s in all. Read the ratios: seconds depend on the machine.")


if __name__ == "__main__":
    main()
