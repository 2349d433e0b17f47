"""Workbooks that we write: an empty roster, and the report of a check."""

from collections.abc import Callable, Sequence

from app.kernel.spreadsheet import spreadsheet
from app.kernel.words import Message
from cohorts.roster.judging import Judged
from cohorts.roster.reasons import VERDICT_LABELS

Say = Callable[[Message], str]

ROSTER_HEADINGS = (
    (Message("Full name"), 40),
    (Message("Position"), 30),
    (Message("Organisation"), 40),
    (Message("IIN"), 16),
    (Message("E-mail"), 30),
    (Message("Phone"), 20),
    (Message("Group"), 10),
    (Message("Name in Latin letters"), 40),
    (Message("Category"), 16),
    (Message("Nominated by"), 40),
    (Message("Passport"), 16),
    (Message("Citizenship"), 14),
    (Message("Funder"), 30),
    (Message("Scholarship decision"), 30),
    (Message("Scholarship from"), 16),
    (Message("Scholarship to"), 16),
)
REPORT_HEADINGS = ((Message("Row"), 8), (Message("Full name"), 40), (Message("Verdict"), 16), (Message("Why"), 90))


def blank_sheet(say: Say) -> bytes:
    """An empty sheet whose headings the import knows; its columns are text, so that an IIN keeps its zeros."""
    return spreadsheet(_in_words(ROSTER_HEADINGS, say))


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
    return spreadsheet(_in_words(REPORT_HEADINGS, say), rows)


def _in_words(headings: Sequence[tuple[Message, int]], say: Say) -> list[tuple[str, int]]:
    return [(say(heading), width) for heading, width in headings]
