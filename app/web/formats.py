"""Dates, times, texts and numbers as each language writes them; cached, as formatting costs more than a query."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from app.kernel.partial_date import PartialDate
from app.kernel.tri import Tri

_DAY = {"kk": "d MMMM, EEEE", "ru": "EEEE, d MMMM", "en": "EEEE d MMMM"}
_DAY_SHORT = {"kk": "d MMM, EEE", "ru": "EEE d MMM", "en": "EEE d MMM"}
_LONG = {"kk": "y 'жылғы' d MMMM", "ru": "d MMMM y 'года'", "en": "d MMMM y"}
_MEDIUM = {"kk": "y 'ж'. d MMM", "ru": "d MMM y 'г'.", "en": "d MMM y"}
_MONTH = {"kk": "y 'жылғы' MMMM", "ru": "LLLL y", "en": "LLLL y"}


@lru_cache(maxsize=8192)
def day(value: date, lang: str) -> str:
    """Weekday, day and month: «24 қараша, сейсенбі», «вторник, 24 ноября», "Tuesday 24 November"."""
    return format_date(value, _DAY[lang], locale=lang)


@lru_cache(maxsize=8192)
def day_short(value: date, lang: str) -> str:
    """The same in short words: «24 қар., сс», «вт 24 нояб.», "Tue 24 Nov"."""
    return format_date(value, _DAY_SHORT[lang], locale=lang)


@lru_cache(maxsize=8192)
def date_long(value: date, lang: str) -> str:
    """The date in words with its year: «2024 жылғы 5 шілде», «5 июля 2024 года», "5 July 2024"."""
    return format_date(value, _LONG[lang], locale=lang)


@lru_cache(maxsize=8192)
def date_short(value: date, lang: str) -> str:
    """The date in short words with its year."""
    return format_date(value, _MEDIUM[lang], locale=lang)


@lru_cache(maxsize=1024)
def month(value: PartialDate, lang: str) -> str:
    """A month with its year, or the whole date when the day is known."""
    if value.day:
        return date_long(value.first_day, lang)
    return format_date(value.first_day, _MONTH[lang], locale=lang)


@lru_cache(maxsize=8192)
def clock(value: datetime, zone: str) -> str:
    """Hours and minutes in a zone, 24 hours, in every language."""
    return value.astimezone(ZoneInfo(zone)).strftime("%H:%M")


@lru_cache(maxsize=1024)
def offset(value: datetime, zone: str) -> str:
    """How far a zone is from UTC at a moment: ``UTC+5``, ``UTC+5:30``, ``UTC``."""
    seconds = int((value.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    if not (hours or minutes):
        return "UTC"
    return f"UTC{'−' if seconds < 0 else '+'}{hours}" + (f":{minutes:02}" if minutes else "")


@lru_cache(maxsize=4096)
def period(start: PartialDate | date | None, end: PartialDate | date | None, lang: str) -> str:
    """A range of days or months in words, each part said once; "" when nothing is known."""
    first, last = _partial(start), _partial(end)
    if first is None or last is None:
        known = first or last
        return month(known, lang) if known else ""
    if first == last:
        return month(first, lang)
    if first.year != last.year:
        return f"{month(first, lang)} – {month(last, lang)}"
    if first.day and last.day and first.month == last.month:
        span = f"{first.day}–{_in_year(last, lang)}"
    else:
        span = f"{_in_year(first, lang)} – {_in_year(last, lang)}"
    year = f"{first.year} года" if lang == "ru" and last.day else str(first.year)
    return f"{first.year} жылғы {span}" if lang == "kk" else f"{span} {year}"


def _partial(value: PartialDate | date | None) -> PartialDate | None:
    return PartialDate.of(value) if isinstance(value, date) else value


def _in_year(value: PartialDate, lang: str) -> str:
    """A day or a month without its year; Kazakh writes months small."""
    pattern = "d MMMM" if value.day else {"kk": "MMMM", "ru": "LLLL", "en": "LLLL"}[lang]
    return format_date(value.first_day, pattern, locale=lang)


@lru_cache(maxsize=64)
def language_name(code: str, lang: str) -> str:
    """What a language is called in another (CLDR): «қазақ тілі», «казахский», "Kazakh"."""
    return str(Locale(lang).languages[code])


def number(value: float, lang: str) -> str:
    """A number with the language's separators."""
    return format_decimal(value, locale=lang)


def tri(value: Tri | None, lang: str) -> Markup:
    """A text in the page's language, else in another with its language said; a dash when unknown."""
    if not value:
        return Markup("–")
    text, spoken = value.best(lang)
    if spoken == lang:
        return escape(text)
    return Markup('<span lang="{}">{}</span>').format(spoken, text)
