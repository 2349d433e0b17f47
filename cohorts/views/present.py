"""Outlines in words, for the page of a programme."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from app.kernel.tri import Tri
from app.kernel.words import Message
from app.organisations.models import Organisation
from app.web import formats
from app.web.locale import chosen_language, translate
from cohorts.enums import MODE_LABELS, Mode
from cohorts.schema import (
    AttendanceSpec,
    BlockSpec,
    CompletionSpec,
    ComponentSpec,
    DefenceSpec,
    ModuleSpec,
    OutlineSpec,
    PatternSpec,
    TriSpec,
    partial,
)

EXCUSED_WORDS = {
    "attended": Message("an excused absence counts as attended"),
    "left_out": Message("an excused absence is left out of the count"),
    "absent": Message("an excused absence counts as absence"),
}
INFERRED_WORDS = {
    "mode": Message("how it is held"),
    "dates": Message("dates"),
    "place": Message("place"),
    "host": Message("host organisation"),
    "order": Message("order of the weeks"),
    "weeks": Message("number of weeks"),
}
UNIT_WORDS = {
    "person": Message("each person"),
    "group": Message("each group for its people"),
    "organisation": Message("each organisation for its people"),
}


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A block in words: how and when it is held, and where; "" is not known. ``assumed``: what of it we infer."""

    mode: str
    when: str
    place: Tri | None
    assumed: str


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """A module or another component of an outline in words; ``number`` is "" for a component."""

    number: str
    title: Tri | None
    kind: str
    host: Tri | None
    hours: int | None
    topics: tuple[str, ...]
    blocks: tuple[BlockLine, ...]


def outline_rows(outline: OutlineSpec, organisations: Mapping[str, Organisation]) -> list[OutlineRow]:
    """The modules, then the components."""
    parts: list[ModuleSpec | ComponentSpec] = [*outline.modules, *outline.components]
    return [_row(part, organisations) for part in parts]


def _row(part: ModuleSpec | ComponentSpec, organisations: Mapping[str, Organisation]) -> OutlineRow:
    module = part if isinstance(part, ModuleSpec) else None
    host = organisations.get(part.host or "")
    blocks = tuple(_line(block) for block in part.blocks)
    if module and module.pattern:
        blocks = (BlockLine(_weeks(module.pattern), _start(module), None, assumed=_inferred(module.pattern.assumed)),)
    return OutlineRow(
        number=str(module.number) if module else "",
        title=_tri(part.title),
        kind=translate(MODE_LABELS[part.kind]) if isinstance(part, ComponentSpec) else "",
        host=host.name if host else None,
        hours=part.hours,
        topics=module.topics if module else (),
        blocks=blocks,
    )


def _inferred(parts: Iterable[str]) -> str:
    return ", ".join(translate(INFERRED_WORDS[part]) for part in parts)


def _tri(spec: TriSpec | None) -> Tri | None:
    return spec.tri() if spec else None


def _line(block: BlockSpec) -> BlockLine:
    mode = translate(MODE_LABELS[block.mode]) if block.mode else ""
    return BlockLine(mode, _when(block), _tri(block.city), assumed=_inferred(block.assumed))


def _when(block: BlockSpec) -> str:
    if block.after_days is not None and block.days is not None:
        first, last = block.after_days + 1, block.after_days + block.days
        if first == last:
            return str(_("day %(n)s", n=first))
        return str(_("days %(first)s–%(last)s", first=first, last=last))
    return formats.period(partial(block.start), partial(block.end), chosen_language())


def _start(module: ModuleSpec) -> str:
    if module.after_days is not None:
        return str(_("from day %(n)s", n=module.after_days + 1))
    return formats.period(partial(module.start), None, chosen_language())


def _weeks(pattern: PatternSpec) -> str:
    least, most = pattern.distance_weeks, pattern.most_distance_weeks or 0
    words = {
        Mode.OFFLINE: ngettext("%(num)s week in person", "%(num)s weeks in person", pattern.offline_weeks),
        Mode.DISTANCE: ngettext("%(num)s week at a distance", "%(num)s weeks at a distance", least)
        if most <= least
        else _("%(least)s–%(most)s weeks at a distance", least=least, most=most),
    }
    counts = {Mode.OFFLINE: pattern.offline_weeks, Mode.DISTANCE: pattern.distance_weeks}
    return ", ".join(words[mode] for mode in pattern.order if counts[mode])


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A condition of completion in words: what it asks, and of whom."""

    asks: str
    unit: str
    assumed: bool


def rule_lines(rule: CompletionSpec) -> list[RuleLine]:
    """The conditions in words; none: an order alone decides."""
    return [
        RuleLine(_asks(condition), translate(UNIT_WORDS[condition.unit]), condition.assumed)
        for condition in rule.conditions
    ]


def _asks(condition: AttendanceSpec | DefenceSpec) -> str:
    if isinstance(condition, AttendanceSpec):
        excused = translate(EXCUSED_WORDS[condition.excused])
        return str(_("Attended at least %(n)s%% of the half-days; %(excused)s", n=condition.at_least, excused=excused))
    if condition.title:
        title = condition.title.tri().best(chosen_language())[0]
        return str(_("The commission accepted: %(title)s", title=title))
    return str(_("The commission accepted the project"))
