"""Sessions as pages show them: hours, places and changes in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from app.kernel.tri import Tri
from app.kernel.words import Message
from app.web import formats
from app.web.locale import translate
from app.web.zones import zone_name
from cohorts.enums import MODE_LABELS
from modules.enums import SESSION_ROLE_LABELS, SessionRole, SessionStatus
from modules.models import Block, Module
from modules.queries.audiences import audience_labels
from modules.queries.experts import known_experts
from modules.rules.audience import expert_ids, roles_of
from modules.rules.experts import Known, name_of, short_line
from modules.rules.facts import WHOLE_COHORT, Facts, Part
from modules.rules.times import same_clock, zone_of

ONLINE = Message("Online")
IN_PERSON = Message("In person")
HYBRID = Message("In person and online")
PLACE_UNKNOWN = Message("Place not known yet")

WAS = {
    Part.TIME: Message("Time changed, was %(before)s"),
    Part.PLACE: Message("Place changed, was %(before)s"),
    Part.TITLE: Message("Title changed, was %(before)s"),
    Part.SPEAKER: Message("Speaker changed, was %(before)s"),
    Part.LINK: Message("The link changed"),
    Part.AUDIENCE: Message("Whom it is for has changed"),
    Part.OTHER: Message("Details changed"),
}
NOW = {
    Part.TIME: Message("Time changed: %(after)s %(before)s"),
    Part.PLACE: Message("Place changed: %(after)s %(before)s"),
    Part.TITLE: Message("Title changed: %(after)s %(before)s"),
    Part.SPEAKER: Message("Speaker changed: %(after)s %(before)s"),
    Part.LINK: Message("The link changed"),
    Part.AUDIENCE: Message("Whom it is for has changed"),
    Part.OTHER: Message("Details changed"),
}
WENT_ONLINE = Message("Now online, was %(before)s")
STATUS_NOW = {
    SessionStatus.CANCELLED: Message("Cancelled"),
    SessionStatus.TENTATIVE: Message("Not certain yet"),
    SessionStatus.CONFIRMED: Message("It takes place"),
}


class Held(Protocol):
    """Whatever has the facts of a session: a draft, a published row, an entry of somebody's page."""

    @property
    def starts_at(self) -> datetime:
        """Moment of the start."""

    @property
    def ends_at(self) -> datetime:
        """Moment of the end."""

    @property
    def time_zone(self) -> str:
        """Zone of the place."""

    @property
    def rooms(self) -> Sequence[str]:
        """Where in the house."""

    @property
    def address(self) -> Tri | None:
        """The house."""

    @property
    def link(self) -> str | None:
        """Where to join."""


class Manned(Protocol):
    """Whatever says who does what in a session, for whom and in which languages it is."""

    @property
    def speaker(self) -> str | None:
        """An office that is on no list."""

    @property
    def people(self) -> Sequence[str]:
        """Experts by what they do."""

    @property
    def audience(self) -> Sequence[str]:
        """Groups and people; empty for the whole cohort."""

    @property
    def languages(self) -> Sequence[str]:
        """In which it is held."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the experts (by key) and the words of the audiences of some sessions are called."""

    experts: Mapping[int, Known] = field(default_factory=dict)
    audience: Mapping[str, str] = field(default_factory=dict)


NO_NAMES = Names()


def names_of(session: Session, cohort_id: int, rows: Iterable[Manned], lang: str) -> Names:
    """What the people of some sessions of a cohort are called. At most four statements, whatever their number."""
    shown = tuple(rows)
    labels = audience_labels(session, cohort_id, [row.audience for row in shown], lang)
    experts = known_experts(session, (key for row in shown for key in expert_ids(row.people)))
    return Names(experts, {word: translate(text) for word, text in labels.items()})


def speakers(held: Manned, names: Names, lang: str) -> str:
    """Who speaks: name and office of each."""
    if not held.people:
        return held.speaker or ""
    keys = roles_of(held.people).get(SessionRole.SPEAKER, ())
    texts = [short_line(names.experts[key], lang) for key in keys if key in names.experts]
    return "; ".join(text for text in (*texts, held.speaker) if text)


def helpers(held: Manned, names: Names, lang: str) -> list[str]:
    """Who does what else, a text for each role: "Moderator: …"."""
    if not held.people:
        return []
    found = []
    for role, keys in roles_of(held.people).items():
        called = [name_of(names.experts[key], lang) for key in keys if key in names.experts]
        if called and role is not SessionRole.SPEAKER:
            found.append(f"{said(SESSION_ROLE_LABELS[role], lang)}: {'; '.join(called)}")
    return found


def languages_text(held: Manned, lang: str) -> str:
    """In which languages a session is held; "" when nobody said."""
    if not held.languages:
        return ""
    spoken = ", ".join(formats.language_name(code, lang) for code in held.languages)
    return translate(Message("Held in: %(languages)s", languages=spoken))


def audience_text(held: Manned, names: Names) -> str:
    """Whom a session is for, when that is not the whole cohort; else ""."""
    return ", ".join(names.audience.get(word, "?") for word in held.audience)


@dataclass(frozen=True, slots=True)
class Place:
    """How a session is held: ``look`` and ``icon`` are names of the stylesheet, ``where`` is marked-up text."""

    look: str
    icon: str
    word: str
    where: Markup


def place_of(held: Held, lang: str) -> Place:
    """The way of holding a session and its place."""
    where = _where(held.rooms, held.address, lang)
    if held.link and where:
        return Place("offline", "pin", said(HYBRID, lang), where)
    if held.link:
        return Place("online", "screen", said(ONLINE, lang), Markup())
    if where:
        return Place("offline", "pin", said(IN_PERSON, lang), where)
    return Place("other", "info", said(PLACE_UNKNOWN, lang), Markup())


def place_text(held: Held, lang: str) -> str:
    """The same in one line without markup, with the link: for letters."""
    where = [*([held.address.best(lang)[0]] if held.address else []), *held.rooms]
    word = place_of(held, lang).word
    details = " · ".join(text for text in (", ".join(where), held.link) if text)
    return f"{word}: {details}" if details else word


@lru_cache(maxsize=256)
def said(message: Message, lang: str) -> str:  # noqa: ARG001 - the language of the page is part of the key
    """A fixed sentence in the language of the page, looked up once."""
    return translate(message)


def hours(held: Held, zone: str | None = None) -> str:
    """From when to when by the clocks of the place (or another zone): ``18:00–19:30``; +1: ends on the next day."""
    tz = zone_of(zone or held.time_zone)
    begin, end = held.starts_at.astimezone(tz), held.ends_at.astimezone(tz)
    later = (end.date() - begin.date()).days
    span = f"{begin.hour:02}:{begin.minute:02}–{end.hour:02}:{end.minute:02}"
    return f"{span} (+{later})" if later else span


def day_of(held: Held) -> date:
    """The day on which it starts by the clocks of the place."""
    return held.starts_at.astimezone(zone_of(held.time_zone)).date()


def hours_at_home(held: Held, home: str) -> str:
    """The zone of the place and the hours at home, when the two zones differ at that moment; else ""."""
    if same_clock(held.starts_at, held.time_zone, home):
        return ""
    return f"{formats.offset(held.starts_at, held.time_zone)} · {zone_name(home)}: {hours(held, home)}"


def was_lines(
    before: Facts, held: Held, parts: tuple[Part, ...], status: SessionStatus, lang: str, names: Names = NO_NAMES
) -> list[Markup]:
    """What changed, for the row that already shows the new state."""
    lines, parts = _went_online(before, held, parts, lang)
    for part in parts:
        if part is Part.STATUS:
            if status == SessionStatus.CONFIRMED:  # the other states stand beside the title
                lines.append(escape(translate(STATUS_NOW[status])))
        else:
            old, _ = part_texts(part, before, held, lang, names)
            lines.append(_filled(WAS[part], {"before": _marked("del", part, old)}))
    return lines


def now_lines(
    before: Facts | None, held: Held, parts: tuple[Part, ...], status: SessionStatus, lang: str, names: Names = NO_NAMES
) -> list[Markup]:
    """What changed, with the new and the old state."""
    if before is None:
        return [escape(translate(Message("New session")))]
    lines, parts = _went_online(before, held, parts, lang)
    for part in parts:
        if part is Part.STATUS:
            lines.append(escape(translate(STATUS_NOW[status])))
            continue
        old, new = part_texts(part, before, held, lang, names)
        values = {"after": _marked("ins", part, new), "before": _marked("del", part, old)}
        lines.append(_filled(NOW[part], values))
    return lines


def _went_online(
    before: Facts, after: Held, parts: tuple[Part, ...], lang: str
) -> tuple[list[Markup], tuple[Part, ...]]:
    """That a session in person is held online now is one change, not a place and a link; else every part by itself."""
    old = _where(before.rooms, before.address, lang)
    if before.link or not old or not after.link or _where(after.rooms, after.address, lang):
        return [], parts
    lines = [_filled(WENT_ONLINE, {"before": _marked("del", Part.PLACE, old)})]
    return lines, tuple(part for part in parts if part not in {Part.PLACE, Part.LINK})


def _filled(sentence: Message, values: dict[str, Markup]) -> Markup:
    """A translated sentence of ours with marked-up texts in its places."""
    return Markup(translate(sentence)) % values  # noqa: S704 - the catalogues are ours


def _marked(element: str, part: Part, text: str | Markup) -> Markup:
    """Old or new text in its element; hours are never torn apart at the end of a line."""
    kept = Markup(' class="nw"') if part is Part.TIME else Markup()
    return Markup("<{0}{1}>{2}</{0}>").format(element, kept, text)


def part_texts(
    part: Part, before: Facts, after: Held, lang: str, names: Names = NO_NAMES
) -> tuple[str | Markup, str | Markup]:
    """One part in its old and its new state."""
    if part is Part.TIME:
        same_day = day_of(before) == day_of(after) and before.time_zone == after.time_zone
        return _when(before, lang, same_day=same_day), _when(after, lang, same_day=same_day)
    if part is Part.PLACE:
        if before.address == after.address:
            return ", ".join(before.rooms) or "–", ", ".join(after.rooms) or "–"
        return _where(before.rooms, before.address, lang) or "–", _where(after.rooms, after.address, lang) or "–"
    if part is Part.TITLE:
        return formats.tri(before.title, lang), formats.tri(getattr(after, "title", None), lang)
    if part in {Part.SPEAKER, Part.AUDIENCE}:
        return _who(part, before, names, lang), _who(part, after, names, lang)
    return "", ""


def _who(part: Part, held: object, names: Names, lang: str) -> str:
    """By whom it is held, or for whom."""
    manned: Manned = held  # type: ignore[assignment]  # whatever is held also says by whom and for whom
    if part is Part.AUDIENCE:
        return audience_text(manned, names) or translate(WHOLE_COHORT)
    return " · ".join(text for text in (speakers(manned, names, lang), *helpers(manned, names, lang)) if text) or "–"


def when_text(held: Held, lang: str) -> str:
    """Day and hours by the clocks of the place."""
    return _when(held, lang, same_day=False)


def module_label(module: Module, lang: str) -> str:
    """A module in words: its number and title, its title alone, or the way of its first block."""
    title = module.title.best(lang)[0] if module.title else ""
    if module.number is None:
        return title or _mode_word(module)
    number = translate(Message("Module %(n)s", n=module.number))
    return f"{number}. {title}" if title else number


def block_label(module: Module, block: Block, lang: str, day: datetime) -> str:
    """A block in a list of choices: module, place or way, dates, zone."""
    place = block.city.best(lang)[0] if block.city else _block_word(block)
    dates = formats.period(block.starts_on, block.ends_on, lang)
    zone = formats.offset(day, block.time_zone)
    return " · ".join(text for text in (module_label(module, lang), place, dates, zone) if text)


def _when(held: Held, lang: str, *, same_day: bool) -> str:
    return hours(held) if same_day else f"{formats.day_short(day_of(held), lang)}, {hours(held)}"


def _where(rooms: Sequence[str], address: Tri | None, lang: str) -> Markup:
    parts = [formats.tri(address, lang)] if address else []
    parts += [escape(room) for room in rooms]
    return Markup(", ").join(parts)


def _mode_word(module: Module) -> str:
    return _block_word(module.blocks[0]) if module.blocks else ""


def _block_word(block: Block) -> str:
    return translate(MODE_LABELS[block.mode]) if block.mode else ""


def zone_sentence(zone: str, day: date) -> str:
    """By whose clocks the hours of a form are typed."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone_of(zone))
    offset = formats.offset(noon, zone)
    sentence = Message("Times are those of the place: %(zone)s (%(offset)s).", zone=zone_name(zone), offset=offset)
    return translate(sentence)
