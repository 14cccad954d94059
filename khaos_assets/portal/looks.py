"""How pages are made: templates, and how money, units, instants and dates are written on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, cast
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from khaos_assets.cases.events import same_person
from khaos_assets.config.night import LONDON
from khaos_assets.config.settings import SEVERITIES
from khaos_assets.config.version import product_version
from khaos_assets.portal.access import Person, Right, csrf_token
from khaos_assets.rules.catalogue import FAMILIES, load_catalogue
from khaos_assets.rules.runbook import FOLDER, read_page

MENU = (
    ("/", "Overview", Right.READ),
    ("/queue", "My queue", Right.READ),
    ("/exceptions", "Exceptions", Right.READ),
    ("/incidents", "Incidents", Right.READ),
    ("/orders", "Orders", Right.READ),
    ("/corrections", "Corrections", Right.READ),
    ("/month-end", "Month end", Right.READ),
    ("/downloads", "Downloads", Right.DOWNLOAD),
    ("/certificates", "Certificates", Right.READ),
)
"""Where, what it is called, and the right without which it is not shown."""


def render(
    request: Request, template: str, person: Person | None = None, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """A page, for a person where somebody is signed in. `status` is that of the answer."""
    shown = {
        "request": request,
        "person": person,
        "csrf": csrf_token(request) if person else "",
        "menu": MENU,
        "here": request.url.path,
        "merchant": request.app.state.site.settings.merchant.name,
        "version": product_version(),
        **context,
    }
    return HTMLResponse(environment().get_template(template).render(shown), status_code=status)


def wants_part(request: Request) -> bool:
    """Whether htmx asks for a part of a page that the browser shows already."""
    headers = request.headers
    whole = headers.get("hx-boosted") == "true" or headers.get("hx-history-restore-request") == "true"
    return headers.get("hx-request") == "true" and not whole


@cache
def environment() -> Environment:
    """The templates of this package, escaping everything."""
    made = Environment(
        loader=PackageLoader("khaos_assets.portal"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    cast(dict[str, Any], made.filters).update(
        money=money, count=count, units=units, london=london, moment=moment, day=day, size=size, code_title=title,
        words=words, path=lambda text: quote(str(text), safe=""), query=query, ago=ago, pence=pence,
        same_person=same_person,
    )  # fmt: skip
    cast(dict[str, Any], made.globals).update(severities=list(map(str, SEVERITIES)), families=FAMILIES)
    return made


def money(value: Decimal | None) -> Markup:
    """Pounds with two places; a real minus sign and a class of its own where negative, a dash where unknown."""
    if value is None:
        return Markup('<span class="nil" title="not known">–</span>')
    text = f"{abs(value):,.2f}"
    return Markup('<span class="minus">−{}</span>').format(text) if value < 0 else Markup("{}").format(text)


def pence(value: Decimal | str | None) -> Markup:
    """As `money`, with the pound sign after the minus sign."""
    if value is None:
        return money(None)
    amount = Decimal(value)
    text = f"£{abs(amount):,.2f}"
    return Markup('<span class="minus">−{}</span>').format(text) if amount < 0 else Markup("{}").format(text)


def count(value: int) -> str:
    return f"{value:,}".replace("-", "−")


def units(value: Decimal | str | None) -> str:
    """Units without trailing noughts; empty where unknown."""
    if value is None:
        return ""
    text = f"{Decimal(value):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def london(instant: datetime | str | None) -> str:
    """An instant in London: "Fri 20 Nov 2026, 02:00 GMT"."""
    if instant is None:
        return ""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    return instant.astimezone(LONDON).strftime("%a %-d %b %Y, %H:%M %Z")


def moment(instant: datetime | None) -> str:
    """An instant in London, in short: "20 Nov, 09:00"; the year where a list needs none is left out."""
    return instant.astimezone(LONDON).strftime("%-d %b, %H:%M") if instant else ""


def day(value: date | str | None) -> str:
    """A London date: "20 Nov 2026"."""
    if value is None:
        return ""
    return (date.fromisoformat(value) if isinstance(value, str) else value).strftime("%-d %b %Y")


def ago(instant: datetime, now: datetime) -> str:
    """How long ago, or in how long: "3 days ago", "in 5 hours"."""
    seconds = (now.astimezone(UTC) - instant.astimezone(UTC)).total_seconds()
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        number = int(abs(seconds) // length)
        if number:
            text = f"{number:,} {name}{'s' if number > 1 else ''}"
            return f"{text} ago" if seconds > 0 else f"in {text}"
    return "now"


def size(number: int) -> str:
    """Bytes in words."""
    amount = float(number)
    for name in ("bytes", "KB", "MB"):
        if amount < 1000:
            return f"{amount:,.0f} {name}" if name == "bytes" else f"{amount:,.1f} {name}"
        amount /= 1000
    return f"{amount:,.1f} GB"


def title(code: str) -> str:
    """What a code is called."""
    known = load_catalogue().get(code)
    return known.title if known else code


def words(name: str) -> str:
    """`expected_value` → "expected value"."""
    return name.replace("_", " ")


def query(values: Mapping[str, Any]) -> str:
    """A query string of what is given: empty values are left out."""
    return urlencode({k: v for k, v in values.items() if v not in ("", None, False)}, doseq=True)


@cache
def runbook(code: str) -> Markup | None:
    """The runbook's page of a code as HTML; None where there is none. Raw HTML in it stays text."""
    path = FOLDER / f"{code}.md"
    if code not in load_catalogue() or not path.exists():
        return None
    text = read_page(path).markdown.split("\n", 1)[1].replace("\n## ", "\n### ")
    return Markup(MarkdownIt("js-default").render(text))
