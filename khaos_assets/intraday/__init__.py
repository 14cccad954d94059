"""The day: time-critical differences found between two nights, from what changed since the last one.

Here: one moment of the day, from the deltas of the systems to the list of cases that stand. What a moment writes stands
apart from the nights, below `intraday/<night>/`. Not here: when moments are run (`orchestration/`), any rule.
"""

from khaos_assets.intraday.moment import CODES, Moment, NoNightYet, run_moment

__all__ = ["CODES", "Moment", "NoNightYet", "run_moment"]
