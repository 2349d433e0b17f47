"""Months and days in words, as official documents print them.

Written out here and not taken from a library of locales: what is frozen must give the same words for decades.
"""

from datetime import date
from typing import Final, Literal

NO_BREAK: Final = "\u00a0"
KK: Final = (
    "қаңтар",
    "ақпан",
    "наурыз",
    "сәуір",
    "мамыр",
    "маусым",
    "шілде",
    "тамыз",
    "қыркүйек",
    "қазан",
    "қараша",
    "желтоқсан",
)
RU_OF: Final = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)


def day_in_words(value: date, lang: Literal["kk", "ru"]) -> str:
    """A day: «2024 жылғы 5 шілде», «5 июля 2024 года»."""
    if lang == "kk":
        return f"{value.year}{NO_BREAK}жылғы {value.day}{NO_BREAK}{KK[value.month - 1]}"
    return f"{value.day}{NO_BREAK}{RU_OF[value.month - 1]} {value.year}{NO_BREAK}года"
