"""What the documentation promises exists: links lead somewhere, commands and settings are known."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import pytest
import typer
from pydantic import BaseModel

from khaos_assets.cli.app import app
from khaos_assets.config.corrections import AutoApproval
from khaos_assets.config.settings import Channel, Feed, Market, Route, Section, Transport, merchant_settings
from khaos_assets.systems.product_data import AttributeOf

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"`(khaos-assets [^`]+)`")


def commands() -> list[str]:
    """Every `khaos-assets …` in the pages, in code blocks or in running text."""
    found: set[str] = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        found |= {line for line in text.splitlines() if line.startswith("khaos-assets ")}
        found |= set(COMMAND.findall(text))
    return sorted(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not link.startswith("http") and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("line", commands())
def test_every_command_that_a_page_shows_exists_with_its_options(line: str) -> None:
    words = shlex.split(line.split(" asks ", maxsplit=1)[0])[1:]
    group = typer.main.get_command(app)
    while words and hasattr(group, "commands") and words[0] in group.commands:
        group = group.commands[words.pop(0)]
    assert not hasattr(group, "commands"), f"{line}: {words} is no command"
    options = {name for p in group.params for name in p.opts}
    assert [w for w in words if w.startswith("--") and w not in options] == []


def test_the_readme_promises_only_make_targets_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    promised = set(re.findall(r"\bmake ([a-z]+)\b", readme)) & set(
        re.findall(r"(?:^|`)make ([a-z]+)", readme, re.MULTILINE)
    )
    assert {"demo", "test", "ui"} <= promised <= targets


def test_the_confirmed_drop_in_the_guide_is_accepted_by_the_settings() -> None:
    text = (ROOT / "docs" / "operating-guide.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    feeds = tomllib.loads(block)["feeds"]
    assert Feed.model_validate(feeds["wair.stock"]).confirmed_drops == {"2026-11-20": "J. Doe: Bristol site closed"}


KEYED: dict[Any, tuple[type[Section], str]] = {
    dict[str, Feed]: (Feed, "<system>.<entity>"),
    dict[str, Channel]: (Channel, "<channel>"),
    dict[str, Market]: (Market, "<market>"),
    dict[str, AttributeOf]: (AttributeOf, "<field>"),
}
"""Tables of sections, and what their keys are."""
LISTED = (list[Route], list[AutoApproval])


def setting_keys(section: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Keys of merchant.toml as the settings page writes them; how a system is asked is told once, without its name."""
    for name, field in section.model_fields.items():
        kind = next((k for k in get_args(field.annotation) if k is not NoneType), field.annotation)
        if get_origin(field.annotation) not in (Union, UnionType):
            kind = field.annotation
        if kind is Transport:
            yield from setting_keys(Transport)
        elif kind in KEYED:
            section_of_one, key = KEYED[kind]
            yield from setting_keys(section_of_one, f'{prefix}{name}."{key}".')
        elif kind in LISTED:
            yield from setting_keys(get_args(kind)[0], f"{prefix}{name}[].")
        elif isinstance(kind, type) and issubclass(kind, Section):
            yield from setting_keys(kind, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_the_settings_page_lists_every_key_and_no_other() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert sorted(key for cell in cells for key in re.findall(r"`([^`]+)`", cell)) == sorted(
        set(setting_keys(merchant_settings()))
    )
