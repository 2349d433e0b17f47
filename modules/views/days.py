"""Days and countries in the words of the page's language."""

from collections.abc import Sequence
from datetime import date, timedelta

from babel.dates import format_date

from app.kernel.countries import country_name
from app.web import formats
from app.web.locale import chosen_language
from modules.rules.calendars import Day


def country_words(code: str) -> str:
    """A country (ISO 3166-1 alpha-2) in the language of the page."""
    return country_name(code, chosen_language())


def day_words(day: Day, lang: str) -> str:
    """A day that is not worked, with its name if it has one."""
    name = day.name.best(lang)[0] if day.name else ""
    return ", ".join(text for text in (formats.day_short(day.day, lang), name) if text)


def short_days(days: Sequence[date], lang: str) -> str:
    """Several days in few words: «8 Mar», «1–2 Jan, 7 Jan»."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1) and day.month == runs[-1][-1].month:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(_run(run, lang) for run in runs)


def _run(run: Sequence[date], lang: str) -> str:
    last = format_date(run[-1], "d MMM", locale=lang)
    return last if len(run) == 1 else f"{run[0].day}–{last}"
