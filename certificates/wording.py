"""The words of the facts on a certificate, in three languages.

Written out here and not taken from a library of locales: a payload is frozen, and the same facts must give the same
words for decades.
"""

from collections.abc import Sequence
from datetime import date

from app.kernel.partial_date import PartialDate
from app.pdf.dates import KK, NO_BREAK, RU_OF, day_in_words
from certificates.payload import Words

MOST_PLACES = 4
LOWEST_TEEN, HIGHEST_TEEN = 11, 14

_KK_OF = [
    "қаңтардағы",
    "ақпандағы",
    "наурыздағы",
    "сәуірдегі",
    "мамырдағы",
    "маусымдағы",
    "шілдедегі",
    "тамыздағы",
    "қыркүйектегі",
    "қазандағы",
    "қарашадағы",
    "желтоқсандағы",
]
_RU = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
]
_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def day(value: date) -> Words:
    """A day: «2024 жылғы 5 шілде», «5 июля 2024 года», "5 July 2024"."""
    return Words(
        kk=day_in_words(value, "kk"),
        ru=day_in_words(value, "ru"),
        en=f"{value.day}{NO_BREAK}{_EN[value.month - 1]} {value.year}",
    )


def period(first: PartialDate, last: PartialDate) -> Words:
    """A span of days or months, a year that both share said once."""
    if first == last:
        return _one(first)
    if first.year == last.year:
        a, b = _without_year(first), _without_year(last)
        return Words(
            kk=f"{first.year}{NO_BREAK}жылғы {a.kk} – {b.kk}",
            ru=f"{a.ru} – {b.ru} {last.year}{NO_BREAK}года",
            en=f"{a.en} – {b.en} {last.year}",
        )
    a, b = _one(first), _one(last)
    return Words(kk=f"{a.kk} – {b.kk}", ru=f"{a.ru} – {b.ru}", en=f"{a.en} – {b.en}")


def _one(value: PartialDate) -> Words:
    if value.day:
        return day(value.first_day)
    month = _without_year(value)
    return Words(
        kk=f"{value.year}{NO_BREAK}жылғы {month.kk}",
        ru=f"{month.ru} {value.year}{NO_BREAK}года",
        en=f"{month.en} {value.year}",
    )


def _without_year(value: PartialDate) -> Words:
    index = value.month - 1
    if not value.day:
        return Words(kk=KK[index], ru=_RU[index], en=_EN[index])
    return Words(
        kk=f"{value.day}{NO_BREAK}{KK[index]}",
        ru=f"{value.day}{NO_BREAK}{RU_OF[index]}",
        en=f"{value.day}{NO_BREAK}{_EN[index]}",
    )


def hours(count: int) -> Words:
    """A workload in academic hours, with the three Russian plurals."""
    tail, teens = count % 10, count % 100
    teen = LOWEST_TEEN <= teens <= HIGHEST_TEEN
    if tail == 1 and not teen:
        russian = f"{count}{NO_BREAK}академический час"
    elif tail in {2, 3, 4} and not teen:
        russian = f"{count}{NO_BREAK}академических часа"
    else:
        russian = f"{count}{NO_BREAK}академических часов"
    return Words(
        kk=f"{count}{NO_BREAK}академиялық сағат",
        ru=russian,
        en=f"{count}{NO_BREAK}academic {'hour' if count == 1 else 'hours'}",
    )


def order(number: str, on: date) -> Words:
    """The order as the basis: «2024 жылғы 1 шілдедегі № 45 бұйрық»."""
    plain = number.strip().removeprefix("№").strip()
    return Words(
        kk=f"{on.year}{NO_BREAK}жылғы {on.day}{NO_BREAK}{_KK_OF[on.month - 1]} №{NO_BREAK}{plain} бұйрық",
        ru=f"приказ №{NO_BREAK}{plain} от {day_in_words(on, 'ru')}",
        en=f"Order No.{NO_BREAK}{plain} of {on.day}{NO_BREAK}{_EN[on.month - 1]} {on.year}",
    )


def places(cities: Sequence[Words]) -> Words | None:
    """The places of study in the programme's order, each once; None when they are not known or too many to print."""
    known = list(dict.fromkeys(city for city in cities if city.forms()))
    if not 1 <= len(known) <= MOST_PLACES:
        return None
    columns = list(zip(*(city.columns() for city in known), strict=True))
    return Words(*(", ".join(column) for column in columns))


def quoted(title: Words) -> Words:
    """A programme's title in the quotation marks of each language, unless it has its own."""
    return Words(kk=_marked(title.kk, "«", "»"), ru=_marked(title.ru, "«", "»"), en=_marked(title.en, "“", "”"))


def _marked(text: str, opening: str, closing: str) -> str:
    if not text or text[0] in "«“\"'":
        return text
    return f"{opening}{text}{closing}"
