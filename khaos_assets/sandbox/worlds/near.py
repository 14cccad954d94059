"""When two spellings of a code mean one item: the steps of SKU-02, each added to those before it (catalogue).

The sandbox has its own reading of them, since it proves the product's.
"""

from __future__ import annotations

import re

STEPS = ("case", "outer_blanks", "inner_blanks", "leading_zeros", "punctuation")


def near(code: str, step: str) -> str:
    """The code as compared at a step."""
    at = STEPS.index(step)
    code = code.casefold()
    if at >= 1:
        code = code.strip()
    if at >= 2:
        code = re.sub(r"\s", "", code)
    if at >= 3:
        code = code.lstrip("0")
    if at >= 4:
        code = re.sub(r"[^\w]|_", "", code)
    return code


def nearest(code: str) -> str:
    """The code as compared at the last step."""
    return near(code, STEPS[-1])
