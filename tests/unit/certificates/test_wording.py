"""The words of dates, hours, orders and places, in the right forms of three languages."""

from datetime import date

import pytest

from app.kernel.partial_date import PartialDate
from certificates import wording
from certificates.payload import Words


def plain(words: Words | None) -> tuple[str, str, str]:
    assert words is not None
    return tuple(text.replace("\u00a0", " ") for text in (words.kk, words.ru, words.en))  # type: ignore[return-value]  # given by name


def test_a_day() -> None:
    assert plain(wording.day(date(2024, 7, 5))) == ("2024 жылғы 5 шілде", "5 июля 2024 года", "5 July 2024")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (
            "2024-01-15",
            "2024-06-28",
            ("2024 жылғы 15 қаңтар – 28 маусым", "15 января – 28 июня 2024 года", "15 January – 28 June 2024"),
        ),
        (
            "2023-04",
            "2023-12-02",
            ("2023 жылғы сәуір – 2 желтоқсан", "апрель – 2 декабря 2023 года", "April – 2 December 2023"),
        ),
        (
            "2023-11",
            "2024-02",
            (
                "2023 жылғы қараша – 2024 жылғы ақпан",
                "ноябрь 2023 года – февраль 2024 года",
                "November 2023 – February 2024",
            ),
        ),
        ("2024-05-17", "2024-05-17", ("2024 жылғы 17 мамыр", "17 мая 2024 года", "17 May 2024")),
    ],
)
def test_a_period(first: str, last: str, expected: tuple[str, str, str]) -> None:
    assert plain(wording.period(PartialDate.parse(first), PartialDate.parse(last))) == expected


@pytest.mark.parametrize(
    ("count", "russian"),
    [
        (1, "1 академический час"),
        (2, "2 академических часа"),
        (5, "5 академических часов"),
        (11, "11 академических часов"),
        (14, "14 академических часов"),
        (21, "21 академический час"),
        (112, "112 академических часов"),
        (120, "120 академических часов"),
        (121, "121 академический час"),
        (122, "122 академических часа"),
    ],
)
def test_hours_take_the_three_russian_forms(count: int, russian: str) -> None:
    kazakh, ru, english = plain(wording.hours(count))
    assert (kazakh, ru) == (f"{count} академиялық сағат", russian)
    assert english == f"{count} academic hour{'' if count == 1 else 's'}"


@pytest.mark.parametrize("number", ["45", "№ 45", " №45 "])
def test_an_order(number: str) -> None:
    assert plain(wording.order(number, date(2024, 7, 1))) == (
        "2024 жылғы 1 шілдедегі № 45 бұйрық",
        "приказ № 45 от 1 июля 2024 года",
        "Order No. 45 of 1 July 2024",
    )


def test_each_month_has_its_kazakh_locative() -> None:
    words = {plain(wording.order("1", date(2024, month, 1)))[0].split()[3] for month in range(1, 13)}
    assert len(words) == 12
    assert all(word.endswith(("дағы", "дегі", "тағы", "тегі")) for word in words)


def test_places_are_said_once_and_not_when_there_are_too_many() -> None:
    astana, dubai = Words("Астана", "Астана", "Astana"), Words("", "", "Abu Dhabi")
    assert plain(wording.places([astana, dubai, astana]))[1:] == ("Астана, Abu Dhabi", "Astana, Abu Dhabi")
    assert wording.places([]) is None
    assert wording.places([Words(en=f"City {n}") for n in range(5)]) is None


def test_titles_take_the_quotation_marks_of_their_language() -> None:
    assert wording.quoted(Words("Үлгі", "«Пример»", "Model")) == Words("«Үлгі»", "«Пример»", "“Model”")
    assert wording.quoted(Words()) == Words()
