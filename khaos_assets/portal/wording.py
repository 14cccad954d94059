"""What refuses something tells what to do at a command line; a page tells the same in its own words.

Paths lose the data folder: where it lies is nobody's business who looks at a page.
"""

from __future__ import annotations

import re

from khaos_assets.config import Store

_WORDS = (
    (r" \(--as NAME\)", ""),
    (r"Give a name with --as, or in KHAOS_USER", "Sign in again"),
    (r"--(note|reason) says", r"the \1 says"),
    (r"; `--code` and `--system` narrow what is planned", "; a plan of fewer codes or systems may fit"),
    (r"`corrections plan --take-back \S+` undoes it", "a plan that takes it back undoes it"),
    (r"`corrections halt` stops it", "halting all corrections stops it"),
    (r"another person runs `khaos-assets corrections approve \S+`", "another person approves it"),
    (r"`khaos-assets corrections resume` lets them", "somebody with the role approver lets them"),
    (r"`khaos-assets run month-end --month (\S+)` makes", r"the page of \1 has a button that makes"),
    (r"`khaos-assets close reopen --month \S+` opens it again", "“Open it again” does that"),
    (r"`khaos-assets run nightly` runs one", "the first nightly run makes one"),
    (r"`khaos-assets (?:cases list|corrections status)` shows", "their list shows"),
)
WORDS = [(re.compile(pattern), said) for pattern, said in _WORDS]


def in_page_words(refusal: Exception | str, store: Store) -> str:
    """The text of a refusal as a page says it."""
    text = str(refusal).replace(f"{store.root}/", "")
    for pattern, said in WORDS:
        text = pattern.sub(said, text)
    return text
