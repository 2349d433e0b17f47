"""Working calendars: which days of a country are not worked, and what the library of holidays knows of a year."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
from babel.core import get_global

from app.kernel.tri import Tri
from modules.enums import DayKind
from modules.rules.times import YEARS

HOME_COUNTRY = "KZ"
WORKING_DAYS = 5  # a week of teaching is Monday to Friday
LOST_WEEK = 2  # a week with so many holidays is not counted as a week of teaching
_LANGUAGES = {"kk": ("kk",), "ru": ("ru", "ru_RU"), "en": ("en_US", "en_GB", "en_AU", "en_IN", "en")}
_ESTIMATED = re.compile(r" \((?:estimated|бағаланған|приблизительно)\)")
_OBSERVED = " (observed)"
_MOVED = re.compile(r"Day off \(substituted from .+\)")
_DATE = re.compile(r"\d{2}\.\d{2}\.\d{4}")

# The library knows no Russian names; these are ours.
_RUSSIAN = {
    "New Year's Day": "Новый год",
    "Orthodox Christmas": "Рождество",
    "International Women's Day": "Международный женский день",
    "Nowruz Holiday": "Наурыз мейрамы",
    "Kazakhstan's People Solidarity Holiday": "Праздник единства народа Казахстана",
    "Defender of the Fatherland Day": "День защитника Отечества",
    "Victory Day": "День Победы",
    "Eid al-Adha": "Курбан-айт",
    "Capital Day": "День столицы",
    "Constitution Day": "День Конституции",
    "First President Day": "День Первого Президента",
    "Republic Day": "День Республики",
    "Independence Day": "День Независимости",
}


@dataclass(frozen=True, slots=True)
class Day:
    """A day that differs from the week's usual; ``estimated``: it follows the moon and may still move."""

    day: date
    kind: DayKind
    name: Tri | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """A version of a country's working calendar; ``number`` is that of the version."""

    country: str
    number: int
    days: Mapping[date, Day]

    def works(self, day: date) -> bool:
        """Whether a day is worked: Monday to Friday but for holidays, and the weekend days that make up for others."""
        known = self.days.get(day)
        if known:
            return known.kind == DayKind.WORKING
        return day.weekday() < WORKING_DAYS

    def holidays(self, first: date, last: date) -> list[Day]:
        """The days from Monday to Friday of a period that are not worked."""
        found = (self.days.get(day) for day in days_between(first, last) if day.weekday() < WORKING_DAYS)
        return [day for day in found if day and day.kind == DayKind.HOLIDAY]

    def is_lost(self, monday: date) -> bool:
        """Whether a week is a week of holidays; a Saturday or Sunday that is worked makes up for a day."""
        weekend = (monday + timedelta(days=n) for n in (5, 6))
        made_up = sum(1 for day in weekend if self.works(day))
        return len(self.holidays(monday, monday + timedelta(days=WORKING_DAYS - 1))) - made_up >= LOST_WEEK

    @property
    def years(self) -> frozenset[int]:
        """The years of which it has any day."""
        return frozenset(day.year for day in self.days)


def days_between(first: date, last: date) -> Iterator[date]:
    """Each day of a period, both ends included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def known_countries() -> tuple[str, ...]:
    """The countries (ISO 3166-1 alpha-2) whose holidays the library knows."""
    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))


@lru_cache(maxsize=64)
def library_days(country: str, year: int) -> tuple[Day, ...]:
    """What the library knows of a year, in order: holidays, transferred days, and weekend days that are worked.

    Names are those of the library in Kazakh, Russian and English where it has them; for Kazakhstan the Russian ones are
    our own. Days that follow the moon are marked as estimated.
    """
    if country not in known_countries() or year not in YEARS:
        return ()
    texts = {lang: _names(country, year, lang) for lang in _LANGUAGES}
    source = holidays.country_holidays(country, years=year)
    # The library (0.109) gives the working Saturday of 28.12.2013 in every year: only days of the year asked for count.
    off = sorted(day for day in source if day.year == year)
    worked = sorted(day for day in getattr(source, "weekend_workdays", ()) if day.year == year)
    estimated = {day for day in off if _ESTIMATED.search(texts["en"].get(day, ""))}
    found = [Day(day, DayKind.HOLIDAY, _name(day, texts, country), day in estimated) for day in off]
    found += [Day(day, DayKind.WORKING) for day in worked]
    return tuple(sorted(found, key=lambda day: day.day))


def _names(country: str, year: int, lang: str) -> dict[date, str]:
    """The names of a year's holidays in a language; none when the library doesn't have it."""
    known = holidays.country_holidays(country)
    spoken = {*known.supported_languages, known.default_language or "en"}
    chosen = next((name for name in _LANGUAGES[lang] if name in spoken), None)
    if chosen is None:
        return {}
    asked = chosen if chosen in known.supported_languages else None
    return dict(holidays.country_holidays(country, years=year, language=asked).items())


def _name(day: date, texts: Mapping[str, Mapping[date, str]], country: str) -> Tri | None:
    kk, ru, en = (_ESTIMATED.sub("", texts[lang].get(day, "")) or None for lang in ("kk", "ru", "en"))
    assumed: set[str] = set()
    if country == HOME_COUNTRY and en:
        if _MOVED.fullmatch(en):
            # The Kazakh text alone writes the day in an order that cannot be read two ways.
            before = _DATE.search(kk or "")
            en = f"Day off, moved from {before[0]}" if before else "Day off, moved"
            ru = f"Выходной день, перенос с {before[0]}" if before else "Выходной день, перенос"
        else:
            base = en.removesuffix(_OBSERVED)
            ru = _RUSSIAN.get(base)
            en = f"{base}, moved from the weekend" if base != en else en
            ru = f"{ru}, перенос с выходного" if ru and base not in {en, None} else ru
        assumed = {"ru"} if ru else set()
    name = Tri(kk=kk, ru=ru, en=en, assumed=frozenset(assumed))
    return name or None


@lru_cache(maxsize=256)
def country_of_zone(zone: str) -> str | None:
    """The country (ISO 3166-1 alpha-2) in which a zone of the IANA database lies, as the CLDR has it."""
    found = get_global("zone_territories").get(zone)
    return str(found) if found else None


def same_days(before: Iterable[Day], after: Iterable[Day]) -> bool:
    """Whether two versions of a calendar say the same."""
    return {day.day: day for day in before} == {day.day: day for day in after}


def changed_days(days: Sequence[Day], *, add: Iterable[Day], remove: Iterable[date]) -> list[Day]:
    """The days of the next version, in order: an added day takes the place of the one that stands there."""
    gone = set(remove)
    kept = {day.day: day for day in days if day.day not in gone} | {day.day: day for day in add}
    return [kept[day] for day in sorted(kept)]
