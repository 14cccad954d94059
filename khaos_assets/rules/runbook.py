"""The runbook pages (docs/runbook/<CODE>.md), read for the lists and reports that lead to them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import khaos_assets

FOLDER = Path(khaos_assets.__file__).resolve().parents[1] / "docs" / "runbook"
CORRECTION = "What the correction does"
_LIST = re.compile(r"^A (priority )?worklist entry: ")
_BOLD = re.compile(r"\*\*|`")


@dataclass(frozen=True)
class Page:
    """One code's page: its title and its sections (heading, plain text), and the page as Markdown."""

    code: str
    title: str
    sections: list[tuple[str, str]]
    markdown: str

    @property
    def deed(self) -> str:
        """What somebody is to do about it, in a sentence."""
        told = dict(self.sections).get(CORRECTION, "").partition("\n")[0]
        first = re.split(r"(?<=\.) ", told)[0]
        said = _LIST.sub("", first)
        return said[:1].upper() + said[1:]


def runbook_pages(codes: Collection[str] | None = None, folder: Path = FOLDER) -> dict[str, Page]:
    """Pages by code, in the order of the codes, of all or of some; empty where the documentation is not installed."""
    found = sorted(folder.glob("*-*.md"))
    return {p.stem: read_page(p) for p in found if codes is None or p.stem in codes}


def read_page(path: Path) -> Page:
    """One page. Its first line is `# <CODE> <title>`, each section begins with `## <heading>`."""
    markdown = path.read_text(encoding="utf-8")
    head, *parts = re.split(r"^## ", markdown, flags=re.MULTILINE)
    title = head.splitlines()[0].removeprefix(f"# {path.stem}").strip()
    sections = [_section(part) for part in parts]
    return Page(path.stem, title, sections, markdown)


def _section(part: str) -> tuple[str, str]:
    heading, _, body = part.partition("\n")
    paragraphs = [" ".join(p.split()) for p in body.strip().split("\n\n")]
    return heading.strip(), _BOLD.sub("", "\n".join(paragraphs))
