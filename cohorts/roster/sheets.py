"""Workbooks that we write: an empty roster, and the report of a check. Texts are never formulas."""

from collections.abc import Callable, Iterable, Sequence
from io import BytesIO

import xlsxwriter

from app.kernel.words import Message
from cohorts.roster.judging import Judged
from cohorts.roster.reasons import VERDICT_LABELS

Say = Callable[[Message], str]
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
TEXT_FORMAT = "@"  # keeps leading zeros

ROSTER_HEADINGS = (
    (Message("Full name"), 40),
    (Message("Position"), 30),
    (Message("Organisation"), 40),
    (Message("IIN"), 16),
    (Message("E-mail"), 30),
    (Message("Phone"), 20),
    (Message("Group"), 10),
    (Message("Name in Latin letters"), 40),
)
REPORT_HEADINGS = ((Message("Row"), 8), (Message("Full name"), 40), (Message("Verdict"), 16), (Message("Why"), 90))


def blank_sheet(say: Say) -> bytes:
    """An empty sheet whose headings the import knows; its columns are text, so that an IIN keeps its zeros."""
    return _sheet(ROSTER_HEADINGS, (), say)


def report_sheet(judged: Sequence[Judged], say: Say) -> bytes:
    """Each row of the file with its verdict and the reasons, in the order of the file."""
    rows = (
        (
            str(row.entry.row),
            row.entry.shown,
            say(VERDICT_LABELS[row.verdict]),
            " ".join(say(reason.message) for reason in row.all_reasons),
        )
        for row in judged
    )
    return _sheet(REPORT_HEADINGS, rows, say)


def _sheet(headings: Sequence[tuple[Message, int]], rows: Iterable[Sequence[str]], say: Say) -> bytes:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as workbook:
        sheet = workbook.add_worksheet()
        bold = workbook.add_format({"bold": True, "bottom": 1})
        text = workbook.add_format({"num_format": TEXT_FORMAT, "text_wrap": True, "valign": "top"})
        for column, (heading, width) in enumerate(headings):
            sheet.set_column(column, column, width, text)
            sheet.write_string(0, column, say(heading), bold)
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                sheet.write_string(line, column, value, text)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()
