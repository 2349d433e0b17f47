"""What a session says, whether it may be so, and in what two states of it differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import reduce
from typing import Any
from urllib.parse import urlsplit

from app.kernel.errors import DomainError
from app.kernel.text import clean
from app.kernel.tri import LANGUAGES, Tri
from app.kernel.words import Message
from modules.enums import SESSION_KIND_LABELS, SESSION_ROLE_LABELS, SESSION_STATUS_LABELS, SessionKind, SessionStatus
from modules.rules.audience import Target, ids_of, is_audience_word, person_in_role, roles_of
from modules.rules.times import check_span, zone_of

LONGEST_TITLE = 200
LONGEST_LINE = 200
LONGEST_LINK = 500
LONGEST_NOTE = 500
_KIND_AND_NOTE = "%(kind)s · %(note)s"  # these are alike in every language
_ROLE_AND_NAMES = "%(role)s: %(names)s"
_AND_MORE = "%(first)s · %(more)s"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a session says, in its draft and in each published state; None is "not known".

    Args:
        starts_at, ends_at: moments in UTC.
        time_zone: the zone of the place (IANA name), in which its times are typed and shown.
        rooms: where in the house; address: the house.
        link: where to join online (https).
        speaker: an office rather than a name, where the source gives one.
        languages: in which it is held (``kk``, ``ru``, ``en``).
        audience: empty for the whole cohort, else ``group:ID`` and ``enrolment:ID``.
        people: experts by what they do, ``ROLE:ID`` (``speaker:12``).
        note: one line that participants read, such as why it was moved.

    """

    title: Tri
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    kind: SessionKind = SessionKind.LECTURE
    status: SessionStatus = SessionStatus.CONFIRMED
    rooms: tuple[str, ...] = ()
    address: Tri | None = None
    link: str | None = None
    speaker: str | None = None
    languages: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    note: str | None = None

    def values(self) -> dict[str, Any]:
        """The facts by the names of the columns."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in self._pairs()}

    def _pairs(self) -> Iterable[tuple[str, Any]]:
        return ((name, getattr(self, name)) for name in FACT_NAMES)


FACT_NAMES = tuple(item.name for item in fields(Facts))


def facts_of(row: object) -> Facts:
    """The facts that a row of a session or of a published session holds."""
    held = ((name, getattr(row, name)) for name in FACT_NAMES)
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in held}
    return Facts(**values)


class Part(StrEnum):
    """The parts of a session that people are told of when they change."""

    STATUS = "status"
    TIME = "time"
    PLACE = "place"
    LINK = "link"
    TITLE = "title"
    SPEAKER = "speaker"
    AUDIENCE = "audience"
    OTHER = "other"


PARTS: dict[str, Part] = {
    "status": Part.STATUS,
    "starts_at": Part.TIME,
    "ends_at": Part.TIME,
    "time_zone": Part.TIME,
    "rooms": Part.PLACE,
    "address": Part.PLACE,
    "link": Part.LINK,
    "title": Part.TITLE,
    "speaker": Part.SPEAKER,
    "people": Part.SPEAKER,
    "audience": Part.AUDIENCE,
    "languages": Part.OTHER,
    "kind": Part.OTHER,
    "note": Part.OTHER,
}
WHOLE_COHORT = Message("The whole cohort")
PART_LABELS = {
    Part.STATUS: Message("State"),
    Part.TIME: Message("Time"),
    Part.PLACE: Message("Place"),
    Part.LINK: Message("Link"),
    Part.TITLE: Message("Title"),
    Part.SPEAKER: Message("Speaker"),
    Part.AUDIENCE: Message("For whom"),
    Part.OTHER: Message("Kind, languages or note"),
}


def differing(before: Facts, after: Facts) -> tuple[Part, ...]:
    """The parts in which two states differ, in the order of :class:`Part`."""
    found = {part for name, part in PARTS.items() if getattr(before, name) != getattr(after, name)}
    if Part.STATUS in found:
        found.discard(Part.OTHER)  # the note says why; it stands with the session
    return tuple(part for part in Part if part in found)


def checked(facts: Facts) -> Facts:
    """The same facts, cleaned of control characters and empty texts.

    Raises:
        DomainError: no title, a text that is too long, a link that is not https, an unknown zone, an impossible span,
            a word of the audience or of the people that has no meaning.

    """
    title = _clean_tri(facts.title, "title")
    if not title:
        raise DomainError(Message("Enter the title in at least one language."), field="title_ru")
    _check_zone(facts.time_zone)
    check_span(facts.starts_at, facts.ends_at)
    return replace(
        facts,
        title=title,
        address=_clean_tri(facts.address, "address") if facts.address else None,
        rooms=_rooms(facts.rooms),
        speaker=_clean_text(facts.speaker, "speaker", LONGEST_LINE),
        note=_clean_text(facts.note, "note", LONGEST_NOTE),
        link=check_link(facts.link),
        languages=_languages(facts.languages),
        audience=_audience(facts.audience),
        people=_people(facts.people),
    )


def check_link(text: str | None) -> str | None:
    """An https address without spaces, quotes or a password in it; None when there is none.

    Raises:
        DomainError: it is another kind of address.

    """
    if text is None or not text.strip():
        return None
    address = text.strip()
    refused = DomainError(Message("Enter the whole link, beginning with https://"), field="link")
    strange = any(char.isspace() or not char.isprintable() or char in "<>\"'\\^`{|}" for char in address)
    if strange or len(address) > LONGEST_LINK:
        raise refused
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise refused from None
    if parts.scheme != "https" or not host or "." not in host or parts.username is not None:
        raise refused
    return address


def _rooms(rooms: Iterable[str]) -> tuple[str, ...]:
    """Each room once, in the order typed."""
    cleaned = (_clean_text(room, "rooms", LONGEST_LINE) for room in rooms)
    return tuple(dict.fromkeys(room for room in cleaned if room))


def _languages(languages: Iterable[str]) -> tuple[str, ...]:
    """Each language once, in the order of the product."""
    wanted = set(languages)
    if not wanted <= set(LANGUAGES):
        raise DomainError(Message("Choose among the languages that are offered."), field="languages")
    return tuple(lang for lang in LANGUAGES if lang in wanted)


def _audience(audience: Iterable[str]) -> tuple[str, ...]:
    """Each group and person once, in a fixed order: two states with the same people are the same."""
    wanted = dict.fromkeys(audience)
    if not all(map(is_audience_word, wanted)):
        raise DomainError(Message("Choose groups and people of this cohort."), field="whom")
    return tuple(f"{target}:{key}" for target in Target for key in sorted(set(ids_of(wanted, target))))


def _people(people: Iterable[str]) -> tuple[str, ...]:
    """Each expert once in each role, in the order of the roles."""
    wanted = dict.fromkeys(people)
    kept = [person_in_role(role, key) for role, keys in roles_of(wanted).items() for key in keys]
    if len(kept) != len(wanted):
        raise DomainError(Message("Choose among the experts of this cohort."), field="people")
    return tuple(kept)


def _clean_text(text: str | None, field: str, longest: int) -> str | None:
    cleaned = clean(text) if text else ""
    if len(cleaned) > longest:
        raise DomainError(Message("This text is too long: at most %(n)s characters.", n=longest), field=field)
    return cleaned or None


def _clean_tri(text: Tri, field: str) -> Tri:
    texts = {lang: _clean_text(text.get(lang), f"{field}_{lang}", LONGEST_TITLE) for lang in LANGUAGES}
    return Tri(**texts, assumed=text.assumed & {lang for lang, value in texts.items() if value})


def _check_zone(name: str) -> None:
    try:
        zone_of(name)
    except (LookupError, ValueError, OSError):
        raise DomainError(Message("There is no time zone with this name."), field="block") from None


def spoken(facts: Facts, said: Mapping[str, str] = {}) -> dict[Part, str | Message]:
    """Each part in words, as typed: for the page that shows two people's texts side by side.

    Args:
        said: what the words of audiences (``group:3``) and the experts (``expert:12``) are called.

    """
    zone = zone_of(facts.time_zone)
    begin, end = facts.starts_at.astimezone(zone), facts.ends_at.astimezone(zone)
    later = "" if end.date() == begin.date() else "%d.%m.%Y, "
    kind = SESSION_KIND_LABELS[facts.kind]
    places = (*facts.rooms, *(facts.address.forms() if facts.address else ()))
    rest = " · ".join(text for text in (", ".join(facts.languages), facts.note) if text)
    return {
        Part.STATUS: SESSION_STATUS_LABELS[facts.status],
        Part.TIME: f"{begin:%d.%m.%Y, %H:%M}–{end:{later}%H:%M} ({_offset(begin)})",
        Part.PLACE: " · ".join(text for text in places if text),
        Part.LINK: facts.link or "",
        Part.TITLE: " · ".join(facts.title.forms()),
        Part.SPEAKER: _people_said(facts, said),
        Part.AUDIENCE: ", ".join(said.get(word, word) for word in facts.audience) or WHOLE_COHORT,
        Part.OTHER: Message(_KIND_AND_NOTE, kind=kind, note=rest) if rest else kind,
    }


def _offset(moment: datetime) -> str:
    """From UTC: ``UTC+5``, ``UTC+5:30``."""
    sign, hours, minutes = f"{moment:%z}"[0], int(f"{moment:%z}"[1:3]), f"{moment:%z}"[3:5]
    return f"UTC{sign}{hours}" + (f":{minutes}" if minutes != "00" else "")


def _people_said(facts: Facts, said: Mapping[str, str]) -> str | Message:
    texts: list[str | Message] = [facts.speaker] if facts.speaker else []
    for role, keys in roles_of(facts.people).items():
        names = ", ".join(said.get(expert_word(key), str(key)) for key in keys)
        texts.append(Message(_ROLE_AND_NAMES, role=SESSION_ROLE_LABELS[role], names=names))
    return reduce(lambda first, more: Message(_AND_MORE, first=first, more=more), texts) if texts else ""


def expert_word(expert_id: int) -> str:
    """The key of an expert among what :func:`spoken` is told."""
    return f"expert:{expert_id}"
