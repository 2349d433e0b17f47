"""Workbooks that we write. Every cell is a text: a name that begins with ``=`` never becomes a formula."""

from collections.abc import Iterable, Sequence
from io import BytesIO

import xlsxwriter

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_TEXT = "@"  # keeps leading zeros, in cells that are filled in later too
_LONGEST_TITLE = 31  # of a sheet, says the format
_A4 = 9


def spreadsheet(
    headings: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]] = (), *, title: str | None = None
) -> bytes:
    """A list as XLSX, to be read on a screen or printed on A4 landscape.

    Args:
        headings: the first row, each with the width of its column in characters.
        title: the name of the sheet; None leaves it to the program.

    """
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        sheet = book.add_worksheet(title and title[:_LONGEST_TITLE])
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"num_format": _TEXT, "text_wrap": True, "valign": "top"})
        for column, (heading, width) in enumerate(headings):
            sheet.set_column(column, column, width, plain)
            sheet.write_string(0, column, heading, bold)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(last, column, text, plain)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(last, 1), len(headings) - 1)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    return buffer.getvalue()
