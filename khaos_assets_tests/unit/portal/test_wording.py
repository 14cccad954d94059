"""What the product refuses is told on pages without a word of the command line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from khaos_assets.cases import decisions
from khaos_assets.close import ground, preparing, steps
from khaos_assets.config import Store
from khaos_assets.corrections import approval, caps, register
from khaos_assets.portal.wording import in_page_words

SOURCES = [decisions, ground, preparing, steps, approval, caps, register]
COMMANDS = ("`", "--", "khaos-assets", "KHAOS_")


def refusals() -> list[str]:
    """Every text with which one of these modules refuses; what is filled in is a month."""
    found: list[str] = []
    for module in SOURCES:
        for node in ast.walk(ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))):
            for argument in node.exc.args if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) else []:
                parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
                found.append("".join(str(p.value) if isinstance(p, ast.Constant) else "2026-10" for p in parts))
    return found


def test_the_refusals_are_found_and_some_name_commands() -> None:
    assert len(refusals()) > 30
    assert sum(any(c in text for c in COMMANDS) for text in refusals()) > 10


@pytest.mark.parametrize("text", sorted(set(refusals())))
def test_no_refusal_names_a_command_or_an_option_on_a_page(text: str) -> None:
    said = in_page_words(text, Store(Path("/srv/data")))
    assert not [c for c in COMMANDS if c in said], said


def test_where_the_data_lies_is_not_told() -> None:
    said = in_page_words("/srv/data/close/2026-10/pack/v1/sales.parquet: is gone", Store(Path("/srv/data")))
    assert said == "close/2026-10/pack/v1/sales.parquet: is gone"
