"""Dates, ranges and times in three languages."""

from datetime import UTC, date, datetime

import pytest

from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri
from app.web import formats

JULY = date(2024, 7, 5)


@pytest.mark.parametrize(
    ("lang", "expected"), [("kk", "2024 жылғы 5 шілде"), ("ru", "5 июля 2024 года"), ("en", "5 July 2024")]
)
def test_a_date_in_words(lang: str, expected: str) -> None:
    assert formats.date_long(JULY, lang) == expected


@pytest.mark.parametrize(
    ("lang", "expected"), [("kk", "24 қараша, сейсенбі"), ("ru", "вторник, 24 ноября"), ("en", "Tuesday 24 November")]
)
def test_a_day_with_its_weekday(lang: str, expected: str) -> None:
    assert formats.day(date(2026, 11, 24), lang) == expected


@pytest.mark.parametrize(
    ("start", "end", "lang", "expected"),
    [
        ("2024-05-15", "2024-05-17", "en", "15–17 May 2024"),
        ("2024-05-15", "2024-05-17", "kk", "2024 жылғы 15–17 мамыр"),
        ("2024-05-15", "2024-06-17", "ru", "15 мая – 17 июня 2024 года"),
        ("2023-12-30", "2024-01-02", "en", "30 December 2023 – 2 January 2024"),
        ("2023-04", "2023-12", "en", "April – December 2023"),
        ("2023-04", "2023-04", "ru", "апрель 2023"),
        ("2023-04", "2023-12-02", "en", "April – 2 December 2023"),
        ("2023-04", "2023-12-02", "kk", "2023 жылғы сәуір – 2 желтоқсан"),
        ("2023-04", "2023-12-02", "ru", "апрель – 2 декабря 2023 года"),
        ("2023-04", "2023-06", "kk", "2023 жылғы сәуір – маусым"),
        ("2023-11", "2024-02", "kk", "2023 жылғы қараша – 2024 жылғы ақпан"),
        ("2023-04", None, "en", "April 2023"),
        (None, None, "en", ""),
    ],
)
def test_a_range_says_each_part_once(start: str | None, end: str | None, lang: str, expected: str) -> None:
    first = PartialDate.parse(start) if start else None
    last = PartialDate.parse(end) if end else None
    assert formats.period(first, last, lang) == expected


def test_the_clock_follows_the_zone_and_its_history() -> None:
    before, after = (datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2024, 3, 1, 12, tzinfo=UTC))
    assert formats.clock(before, "Asia/Almaty") == "18:00"
    assert formats.clock(after, "Asia/Almaty") == "17:00"
    assert formats.offset(before, "Asia/Almaty") == "UTC+6"
    assert formats.offset(after, "Asia/Kolkata") == "UTC+5:30"
    assert formats.offset(after, "America/New_York") == "UTC−5"
    assert formats.offset(after, "UTC") == "UTC"


def test_a_text_in_another_language_says_which() -> None:
    assert formats.tri(Tri(en="<b>Data</b>"), "kk") == '<span lang="en">&lt;b&gt;Data&lt;/b&gt;</span>'
    assert formats.tri(Tri(kk="Дерек", en="Data"), "kk") == "Дерек"
    assert formats.tri(None, "kk") == "–"
