"""`python -m bench`: every benchmark beside its peers, all tables in one run; or those that are named."""

from __future__ import annotations

import argparse
import time

from bench import channels, compare, corrections, portal, quarter, scale, snapshots, workbook

PARTS = ("snapshots", "channels", "compare", "scale", "quarter", "workbook", "portal", "corrections")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)} (default all)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender runs (default 3)")
    parser.add_argument("--size", type=int, default=1_000_000, help="records (default 1,000,000)")
    parser.add_argument("--items", type=int, default=2_000, help="items of the six systems in scale (default 2,000)")
    parser.add_argument("--orders", type=int, default=5_000, help="orders there (default 5,000)")
    parser.add_argument("--exceptions", type=int, default=100_000, help="of workbook and portal (default 100,000)")
    parser.add_argument("--corrections", type=int, default=10_000, help="stock corrections (default 10,000)")
    parser.add_argument(
        "--rate-clock", type=float, default=1, help="limits pass so many times as fast there (default 1)"
    )
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))} (there are: {', '.join(PARTS)})")
    begin = time.monotonic()
    for part in asked.parts or PARTS:
        match part:
            case "snapshots":
                snapshots.report(asked.rounds, asked.size)
            case "channels":
                channels.report()
            case "compare":
                compare.report(asked.rounds, asked.size)
            case "quarter":
                quarter.report()
            case "corrections":
                corrections.report(asked.corrections, asked.rate_clock)
            case "portal":
                portal.report(asked.rounds, asked.exceptions, asked.items, asked.orders)
            case "workbook":
                workbook.report(asked.rounds, asked.exceptions)
            case _:
                scale.report(asked.items, asked.orders)
    took = time.monotonic() - begin
    print(f"Rounds: {asked.rounds}, {took:.0f} s in all. Read the ratios: seconds depend on the machine.")


if __name__ == "__main__":
    main()
