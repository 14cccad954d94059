"""The sheet Charts: native charts beside the figures they are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell as at

from khaos_assets.config.settings import SEVERITIES as BY_SEVERITY
from khaos_assets.reports.charts.course import FAMILY_COLOURS
from khaos_assets.reports.charts.drawing import SEVERITIES
from khaos_assets.reports.pictures import DAYS_ONLY, Pictures, with_pounds
from khaos_assets.reports.workbook.cells import Cells
from khaos_assets.reports.workbook.writing import SheetWriter

BESIDE = 9
"""The column at which the charts stand."""
ROWS = 18
"""A chart is so many rows high, with a gap."""
BLUE, AMBER, RED = "#2563EB", "#D97706", "#9B1C1C"


@dataclass(frozen=True)
class Block:
    """A table that is drawn: where its block begins, its first and last row of figures, and how."""

    row: int
    first: int
    last: int
    title: str
    colours: Sequence[str]
    """One series each, from the second column on."""
    kind: dict[str, Any]
    number: str = "#,##0"
    most: float | None = None
    labels: str = ""
    """Number format of the figures at the ends of the bars; none where it is empty."""


@dataclass
class ChartSheet(SheetWriter):
    """Writes the blocks downwards: a title, a table, and the chart of it beside."""

    def write(self, pictures: Pictures) -> None:
        """Trend of open value (one chart per basis), ageing, match rates, how long things take."""
        sheet = self.writing.book.add_worksheet("Charts")
        self.cells = Cells(sheet, self.writing.overflow)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, BESIDE - 1, 11.5)
        sheet.set_row(0, 28)
        self.cells.text(0, 0, "Charts", self.styles.title)
        self.cells.text(
            1, 0, "Each chart beside its figures. Pounds without sign, one chart per basis.", self.styles.subtitle
        )
        row = 3
        for block in (self._trends, self._ageing, self._matching, self._latency):
            row = block(row, pictures)

    def _trends(self, row: int, pictures: Pictures) -> int:
        points = with_pounds(list(pictures.trend))
        for basis in dict.fromkeys(p.basis for p in points):
            mine = [p for p in points if p.basis is basis]
            families = sorted({p.family for p in mine if p.gbp})
            nights = list(dict.fromkeys(p.night for p in mine))
            found = {(p.night, p.family): p.gbp for p in mine}
            title = f"Open value by night, GBP: {basis.value}"
            first = self._head(row, title, ("Night", *families))
            for line, night in enumerate(nights, start=first):
                self.cells.day(line, 0, night, self.styles.day)
                for column, family in enumerate(families, start=1):
                    self.cells.number(line, column, found.get((night, family)), self.styles.money)
            colours = [FAMILY_COLOURS.get(f, "#475569") for f in families]
            row = self._chart(Block(row, first, first + len(nights) - 1, title, colours, {"type": "line"}))
        return row

    def _ageing(self, row: int, pictures: Pictures) -> int:
        if not any(pictures.ages.values()):
            return row
        title = "How long cases have stood"
        first = self._head(row, title, ("Since", *BY_SEVERITY))
        for line, (bucket, counts) in enumerate(pictures.ages.items(), start=first):
            self.cells.text(line, 0, bucket, self.styles.text)
            for column, severity in enumerate(BY_SEVERITY, start=1):
                self.cells.number(line, column, counts.get(severity, 0), self.styles.count)
        last = first + len(pictures.ages) - 1
        colours = [SEVERITIES[s] for s in BY_SEVERITY]
        return self._chart(Block(row, first, last, title, colours, {"type": "bar", "subtype": "stacked"}))

    def _matching(self, row: int, pictures: Pictures) -> int:
        if not pictures.matching:
            return row
        title = "Match rate by system: comparisons that matched"
        first = self._head(row, title, ("System", "Match rate", "Compared", "Matched"))
        for line, rate in enumerate(pictures.matching, start=first):
            self.cells.text(line, 0, rate.system, self.styles.text)
            self.cells.formula(
                line, 1, f"={at(line, 3)}/{at(line, 2)}", self.styles.share, Decimal(rate.matched) / rate.compared
            )
            self.cells.number(line, 2, rate.compared, self.styles.count)
            self.cells.number(line, 3, rate.matched, self.styles.count)
        last = first + len(pictures.matching) - 1
        return self._chart(Block(row, first, last, title, ["#1F4E79"], {"type": "bar"}, "0%", 1, labels="0.00%"))

    def _latency(self, row: int, pictures: Pictures) -> int:
        if not pictures.latency:
            return row
        title = "How long things take, minutes at least"
        first = self._head(row, title, ("Flow", "Median", "95th percentile", "Target", "Things", "Late", "Not arrived"))
        for line, flow in enumerate(pictures.latency, start=first):
            self.cells.text(line, 0, flow.name, self.styles.text)
            figures = (flow.median, flow.p95, flow.target, flow.things, flow.late, flow.waiting)
            for column, value in enumerate(figures, start=1):
                self.cells.number(line, column, value, self.styles.count)
        last = first + len(pictures.latency) - 1
        for line, sentence in enumerate(DAYS_ONLY, start=last + 1):
            self.cells.text(line, 0, sentence, self.styles.remark)
        return self._chart(Block(row, first, last, title, [BLUE, AMBER, RED], {"type": "bar"}))

    def _head(self, row: int, title: str, heads: Sequence[str]) -> int:
        """The block's title and headings; returns its first row of figures."""
        self.cells.text(row, 0, title, self.styles.section)
        for column in range(1, BESIDE - 1):
            self.cells.blank(row, column, self.styles.section)
        self.cells.sheet.set_row(row + 1, 30)
        for column, head in enumerate(heads):
            self.cells.text(row + 1, column, head, self.styles.header_right if column else self.styles.header)
        return row + 2

    def _chart(self, block: Block) -> int:  # fmt: skip
        """A chart of the block's columns, one series per colour; returns the row of the next block."""
        chart = self.writing.book.add_chart(block.kind)
        assert chart is not None
        line = block.kind["type"] == "line"
        for column, colour in enumerate(block.colours, start=1):
            series: dict[str, Any] = {
                "name": ["Charts", block.first - 1, column],
                "categories": ["Charts", block.first, 0, block.last, 0],
                "values": ["Charts", block.first, column, block.last, column],
            }
            if line:
                series |= {"line": {"color": colour, "width": 2}, "marker": {
                    "type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}}  # fmt: skip
            else:
                series |= {"fill": {"color": colour}, "gap": 60}
            if block.labels:
                font = {"color": "#FFFFFF"}
                labels = {"value": True, "num_format": block.labels, "position": "inside_end", "font": font}
                series |= {"data_labels": labels}
            chart.add_series(series)
        chart.set_title({"name": block.title, "name_font": {"size": 12, "bold": True}})
        figures: dict[str, Any] = {
            "num_format": block.number,
            "min": 0,
            "major_gridlines": {"visible": True, "line": {"color": "#E5E7EB"}},
        }
        if block.most is not None:
            figures["max"] = block.most
        if line:
            chart.set_x_axis({"num_format": "dd/mm", "text_axis": True})
            chart.set_y_axis(figures)
        else:
            # Bars are drawn from below: the first line of the table is to stand above
            chart.set_y_axis({"reverse": True})
            chart.set_x_axis(figures | {"label_position": "high"})
        chart.set_legend({"position": "bottom"} if len(block.colours) > 1 else {"none": True})
        chart.set_size({"width": 640, "height": 330})
        self.cells.sheet.insert_chart(block.row, BESIDE, chart, {"description": block.title})
        return max(block.last + 3, block.row + ROWS)
