"""The runbook and the catalogue are one list: a code without a page, or a page without a code, is a mistake."""

from __future__ import annotations

import re

import pytest

from khaos_assets.rules.catalogue import load_catalogue
from khaos_assets.rules.runbook import FOLDER, runbook_pages

CODES = sorted(load_catalogue())
SECTIONS = ["What it means", "Why it happens", "What to check first", "What the correction does", "Who to tell"]


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert sorted(runbook_pages()) == CODES


@pytest.mark.parametrize("code", CODES)
def test_a_page_answers_the_five_questions_of_the_person_who_owns_the_code(code: str) -> None:
    page = runbook_pages()[code]
    assert [heading for heading, _ in page.sections] == SECTIONS
    assert len(" ".join(text for _, text in page.sections).split()) >= 60


@pytest.mark.parametrize("code", CODES)
def test_a_page_names_the_title_owner_and_severity_of_the_catalogue(code: str) -> None:
    page, entry = runbook_pages()[code], load_catalogue()[code]
    assert page.title == entry.title
    assert f"**Owner** {entry.owner} · **Severity** {entry.severity} ·" in page.markdown


@pytest.mark.parametrize("code", CODES)
def test_a_page_says_in_a_sentence_what_a_person_is_to_do(code: str) -> None:
    deed = runbook_pages()[code].deed
    assert deed[0].isupper() and deed.endswith(".") and len(deed.split()) >= 4
    assert "worklist" not in deed.lower() and "queue" not in deed


def test_the_index_lists_every_page() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[([A-Z]+-\d+)\]\(\1\.md\)", index, re.MULTILINE) == CODES
