"""The night's workbook (XlsxWriter): Summary, About, Control, the sheets of people's work, Charts, Not counted, one
sheet per family, Runbook, Overflow where a text is too long.

Nothing is lost silently: every return code is checked, a text beyond Excel's limit goes on in Overflow, a sheet beyond
Excel's last row goes on in the next one, and Control compares its figures with what the sheets really hold.
"""

from khaos_assets.reports.workbook.book import write_workbook

__all__ = ["write_workbook"]
