"""How cells look: one set of formats for the whole workbook."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

INK = "#1F2A37"
ACCENT = "#1F4E79"
MONEY = "#,##0.00;[Red]-#,##0.00"
UNITS = "General;[Red]-General"
INSTANT = "dd/mm/yyyy hh:mm:ss"
DAY = "dd/mm/yyyy"


@dataclass(frozen=True)
class Styles:
    """Formats by what they are for. Amounts are right-aligned with two places, negatives red with a minus."""

    title: Format
    subtitle: Format
    section: Format
    header: Format
    header_right: Format
    label: Format
    text: Format
    wrapped: Format
    mono: Format
    count: Format
    count_left: Format
    some: Format
    some_money: Format
    share: Format
    units: Format
    money: Format
    instant: Format
    day: Format
    link: Format
    check: Format
    total: Format
    total_count: Format
    total_money: Format
    muted: Format
    remark: Format
    good: Format
    bad: Format
    warn: Format
    faint: Format


def make_styles(book: Workbook) -> Styles:
    """The formats of a new workbook."""
    base: dict[str, Any] = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "top"}
    header = base | {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT, "text_wrap": True, "valign": "vcenter"}
    total = base | {"bold": True, "top": 1, "bottom": 6}
    given: dict[str, dict[str, Any]] = {
        "title": base | {"bold": True, "font_size": 18, "font_color": ACCENT},
        "subtitle": base | {"font_size": 11, "font_color": "#6B7280"},
        "section": base | {"bold": True, "font_size": 12, "font_color": ACCENT, "bottom": 2, "bottom_color": ACCENT},
        "header": header | {"indent": 1},
        "header_right": header | {"align": "right"},
        "label": base | {"bold": True, "align": "left", "indent": 1},
        "text": base | {"align": "left", "indent": 1},
        "wrapped": base | {"text_wrap": True},
        "mono": base | {"font_name": "Consolas", "font_size": 9},
        "count": base | {"num_format": "#,##0"},
        "some": base | {"num_format": '#,##0;-#,##0;"–"'},
        "some_money": base | {"num_format": '#,##0.00;[Red]-#,##0.00;"–"'},
        "count_left": base | {"num_format": "#,##0", "align": "left", "indent": 1},
        "share": base | {"num_format": "0.00%"},
        "units": base | {"num_format": UNITS},
        "money": base | {"num_format": MONEY},
        "instant": base | {"num_format": INSTANT, "align": "left", "indent": 1},
        "day": base | {"num_format": DAY, "align": "left", "indent": 1},
        "link": base | {"align": "left", "indent": 1, "font_color": "#0B5CAD", "underline": 1},
        "check": base | {"bold": True, "align": "center"},
        "total": total,
        "total_count": total | {"num_format": "#,##0"},
        "total_money": total | {"num_format": MONEY},
        "muted": base | {"font_color": "#6B7280", "italic": True, "text_wrap": True},
        "remark": base | {"font_color": "#6B7280", "italic": True},
        "good": {"font_color": "#166534", "bg_color": "#DCFCE7"},
        "bad": {"font_color": "#991B1B", "bg_color": "#FEE2E2"},
        "warn": {"font_color": "#92400E", "bg_color": "#FEF3C7"},
        "faint": {"font_color": "#6B7280"},
    }
    made = {name: book.add_format(properties) for name, properties in given.items()}
    return Styles(**{f.name: made[f.name] for f in fields(Styles)})
