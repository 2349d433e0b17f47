"""Sessions as pages show them: hours, places and changes in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol

from markupsafe import Markup, escape

from app.kernel.tri import Tri
from app.kernel.words import Message
from app.web import formats
from app.web.locale import translate
from app.web.zones import NAMES
from cohorts.enums import MODE_LABELS
from modules.enums import SessionStatus
from modules.models import Block, Module
from modules.rules.facts import Facts, Part
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
    Part.AUDIENCE: Message("It is for other people"),
    Part.OTHER: Message("Details changed"),
}
NOW = {
    Part.TIME: Message("Time changed: %(after)s %(before)s"),
    Part.PLACE: Message("Place changed: %(after)s %(before)s"),
    Part.TITLE: Message("Title changed: %(after)s %(before)s"),
    Part.SPEAKER: Message("Speaker changed: %(after)s %(before)s"),
    Part.LINK: Message("The link changed"),
    Part.AUDIENCE: Message("It is for other people"),
    Part.OTHER: Message("Details changed"),
}
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


def zone_words(held: Held, home: str, lang: str) -> str:
    """The zone of the place and the hours at home, when the two zones differ at that moment; else ""."""
    if same_clock(held.starts_at, held.time_zone, home):
        return ""
    return f"{formats.offset(held.starts_at, held.time_zone)} · {zone_name(home, lang)}: {hours(held, home)}"


def was_lines(before: Facts, held: Held, parts: tuple[Part, ...], status: SessionStatus, lang: str) -> list[Markup]:
    """What changed, for the row that already shows the new state."""
    lines = []
    for part in parts:
        if part is Part.STATUS:
            if status == SessionStatus.CONFIRMED:  # the other states stand beside the title
                lines.append(escape(translate(STATUS_NOW[status])))
        else:
            old, _ = part_texts(part, before, held, lang)
            lines.append(_filled(WAS[part], {"before": _marked("del", part, old)}))
    return lines


def now_lines(
    before: Facts | None, held: Held, parts: tuple[Part, ...], status: SessionStatus, lang: str
) -> list[Markup]:
    """What changed, with the new and the old state."""
    if before is None:
        return [escape(translate(Message("New session")))]
    lines = []
    for part in parts:
        if part is Part.STATUS:
            lines.append(escape(translate(STATUS_NOW[status])))
            continue
        old, new = part_texts(part, before, held, lang)
        values = {"after": _marked("ins", part, new), "before": _marked("del", part, old)}
        lines.append(_filled(NOW[part], values))
    return lines


def _filled(sentence: Message, values: dict[str, Markup]) -> Markup:
    """A translated sentence of ours with marked-up texts in its places."""
    return Markup(translate(sentence)) % values  # noqa: S704 - the catalogues are ours


def _marked(element: str, part: Part, text: str | Markup) -> Markup:
    """Old or new text in its element; hours are never torn apart at the end of a line."""
    kept = Markup(' class="nw"') if part is Part.TIME else Markup()
    return Markup("<{0}{1}>{2}</{0}>").format(element, kept, text)


def part_texts(part: Part, before: Facts, after: Held, lang: str) -> tuple[str | Markup, str | Markup]:
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
    if part is Part.SPEAKER:
        return before.speaker or "–", getattr(after, "speaker", None) or "–"
    return "", ""


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


def zone_sentence(zone: str, day: date, lang: str) -> str:
    """By whose clocks the hours of a form are typed."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone_of(zone))
    offset = formats.offset(noon, zone)
    name = zone_name(zone, lang)
    return translate(Message("Times are those of the place: %(zone)s (%(offset)s).", zone=name, offset=offset))


def zone_name(zone: str, lang: str) -> str:
    """The name of a zone's time in words; the city of its name when we have none."""
    return said(NAMES[zone], lang) if zone in NAMES else zone.rpartition("/")[2].replace("_", " ")
