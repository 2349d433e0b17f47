"""When projects are defended: the slots of a day, and days that cannot be."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from app.kernel.errors import DomainError
from app.kernel.partial_date import PartialDate
from app.kernel.tri import LANGUAGES, Tri
from app.kernel.words import Message
from modules.enums import SessionRole
from modules.rules.audience import person_in_role, roles_of
from modules.rules.facts import LONGEST_TITLE
from modules.rules.times import YEARS, to_utc, zone_of
from projects.enums import Outcome

SHORTEST, LONGEST = 5, 480  # minutes for one project
MOST_PROJECTS = 60
_SESSION_TITLE = {"kk": "Жобаны қорғау: {}", "ru": "Защита проекта: {}", "en": "Project defence: {}"}


def slots(day: date, start: time, minutes: int, count: int, zone: str) -> list[tuple[datetime, datetime]]:
    """The moments between which each project is defended, one right after the other.

    Args:
        minutes: for each project.
        zone: of the place (IANA name), by whose clocks the start was typed.

    Raises:
        DomainError: the year, the minutes or the start make no sense, or the last defence would end after midnight.

    """
    if day.year not in YEARS:
        raise DomainError(
            Message("Enter a year between %(first)s and %(last)s.", first=YEARS[0], last=YEARS[-1]), field="day"
        )
    if not SHORTEST <= minutes <= LONGEST:
        raise DomainError(
            Message("A defence lasts between %(first)s and %(last)s minutes.", first=SHORTEST, last=LONGEST),
            field="minutes",
        )
    length = timedelta(minutes=minutes)
    first = to_utc(day, start, zone, field="start")
    midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone_of(zone))
    if first + count * length > midnight:
        raise DomainError(
            Message(
                "Nothing was planned: %(n)s defences of %(minutes)s minutes would end after midnight.",
                n=count,
                minutes=minutes,
            ),
            field="minutes",
        )
    return [(first + place * length, first + (place + 1) * length) for place in range(count)]


def check_day(day: date, *, module_starts: Iterable[PartialDate | None], cohort_start: PartialDate | None) -> None:
    """A defence is not before its module: not before the first day of its first block, else of the cohort.

    Raises:
        DomainError: it is.

    """
    known = [start.first_day for start in module_starts if start]
    if known and day < min(known):
        raise DomainError(
            Message(
                "Nothing was planned: the module begins on %(day)s, and nobody can defend before it.",
                day=f"{min(known):%d.%m.%Y}",
            ),
            field="day",
        )
    if cohort_start and day < cohort_start.first_day:
        raise DomainError(
            Message(
                "Nothing was planned: the cohort begins on %(day)s, and nobody can defend before it.",
                day=f"{cohort_start.first_day:%d.%m.%Y}",
            ),
            field="day",
        )


def session_title(title: Tri | None, group: Tri) -> Tri:
    """The title of the session of a defence: the project's, else the group's, in the languages that are known."""
    named = title or group
    texts = {}
    for lang in LANGUAGES:
        text = named.get(lang)
        room = LONGEST_TITLE - len(_SESSION_TITLE[lang]) + 2
        if text:
            texts[lang] = _SESSION_TITLE[lang].format(text if len(text) <= room else f"{text[: room - 1]}…")
    return Tri(**texts, assumed=named.assumed & frozenset(texts))


def seats(expert_ids: Iterable[int]) -> tuple[str, ...]:
    """The members of a commission as a session names them."""
    return tuple(person_in_role(SessionRole.COMMISSION, key) for key in expert_ids)


def seated(people: Iterable[str], expert_ids: Iterable[int]) -> tuple[str, ...]:
    """The people of a session with another commission in it; whoever has another part keeps it."""
    found = roles_of(people)
    others = [person_in_role(role, key) for role in found if role is not SessionRole.COMMISSION for key in found[role]]
    return (*others, *seats(expert_ids))


def group_words(label: str, organisation: Tri | None) -> Tri:
    """A group in words: the team's organisation, «№ 3 топ» for a number, or the label as it is."""
    if organisation:
        return organisation
    if label.isdecimal():
        return Tri(kk=f"№ {label} топ", ru=f"Группа № {label}", en=f"Group {label}")
    return Tri(kk=label, ru=label, en=label)


def may_defend_again(outcomes: Iterable[Outcome | None]) -> bool:
    """Whether a project may stand on a further agenda: everything so far is decided, and nothing accepted."""
    decided = list(outcomes)
    return None not in decided and Outcome.ACCEPTED not in decided
