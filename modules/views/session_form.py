"""What the form of a session offers and says: places, groups, people, experts, and what another editor changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.clock import HOME_ZONE, day_of
from app.kernel.errors import DomainError
from app.kernel.tri import LANGUAGES
from app.kernel.words import Message
from app.people.queries import display_name
from app.web import formats
from app.web.locale import chosen_language, translate
from app.web.request import db_session, moment
from cohorts.enums import EnrolmentStatus
from modules.enums import SESSION_ROLE_LABELS
from modules.forms.sessions import SessionForm
from modules.models import Block, Module, ModuleSession
from modules.queries.audiences import group_choices, group_label, people_choices
from modules.queries.experts import experts_of, known
from modules.queries.schedule import Scope
from modules.queries.sessions import edits_since, said_of
from modules.rules.audience import person_in_role, person_word, roles_of
from modules.rules.experts import short_line
from modules.rules.facts import PART_LABELS, Facts, facts_of, spoken
from modules.views.present import block_label


@dataclass(frozen=True, slots=True)
class Tick:
    """Something to tick: a group with the number of its people, or a person with their number on the roster."""

    key: int
    label: str
    number: int
    ticked: bool
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """An expert and what they do in the session: ``chosen`` is "" for nothing, else one of ``roles``."""

    id: str
    label: str
    chosen: str
    roles: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers besides its own fields."""

    groups: list[Tick]
    persons: list[Tick]
    experts: list[Part]
    languages: list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What another editor did: who changed what and when, and where that differs from what was typed."""

    edits: list[tuple[str, str, str]]
    rows: list[tuple[str, str, str]]


def blocks_of(scope: Scope) -> list[tuple[Module, Block]]:
    """The blocks in reach with their modules: where a session can take place."""
    return [(module, block) for module in scope.modules for block in module.blocks]


def labelled(blocks: Sequence[tuple[Module, Block]]) -> list[tuple[Block, str]]:
    """The same in words, as choices."""
    lang, now = chosen_language(), moment()
    return [(block, block_label(module, block, lang, now)) for module, block in blocks]


def chosen(form: SessionForm, blocks: Sequence[tuple[Module, Block]]) -> tuple[Module, Block]:
    """The block that was picked, among those in reach only.

    Raises:
        DomainError: none of them was.

    """
    for module, block in blocks:
        if block.id == form.block.data:
            return module, block
    raise DomainError(Message("Choose the module and place."), field="block")


def choices(form: SessionForm, cohort_id: int) -> Choices:
    """What can be ticked, as it is ticked now. Eight statements, whatever the number of people."""
    session, lang = db_session(), chosen_language()
    groups, persons = set(form.groups.data or ()), set(form.persons.data or ())
    return Choices(
        groups=[
            Tick(group.id, translate(group_label(group.label)), group.people, group.id in groups)
            for group in group_choices(session, cohort_id)
        ],
        persons=[
            Tick(
                row.id,
                display_name(row.person, lang),
                row.number,
                row.id in persons,
                row.status == EnrolmentStatus.WITHDRAWN,
            )
            for row in people_choices(session, cohort_id, map(person_word, persons))
        ],
        experts=_experts(form, cohort_id, lang),
        languages=[
            (code, formats.language_name(code, lang), code in (form.languages.data or ())) for code in LANGUAGES
        ],
    )


def _experts(form: SessionForm, cohort_id: int, lang: str) -> list[Part]:
    """A choice for each expert, and one more for each further role that somebody has."""
    held: dict[int, list[str]] = {}
    for role, keys in roles_of(form.people.data or ()).items():
        for key in keys:
            held.setdefault(key, []).append(person_in_role(role, key))
    found = []
    for expert in experts_of(db_session(), cohort_id):
        roles = [(person_in_role(role, expert.id), translate(label)) for role, label in SESSION_ROLE_LABELS.items()]
        label = short_line(known(expert), lang)
        for place, word in enumerate(held.get(expert.id) or [""]):
            found.append(Part(f"expert-{expert.id}-{place}", label, word, roles))
    return found


def conflict_of(
    form: SessionForm, meeting: ModuleSession, scope: Scope, seen: int | None, typed: Facts | None
) -> Conflict | None:
    """What another editor did since this version, if anybody did.

    Args:
        seen: the version on which the form was opened.
        typed: what was typed; None when it does not make a session at all.

    """
    if form.conflict is None:
        return None
    session, lang, saved = db_session(), chosen_language(), facts_of(meeting)
    states = (saved, typed) if typed else (saved,)
    said = said_of(session, scope.cohort.id, states, lang, translate)
    old, new = spoken(saved, said), spoken(typed or saved, said)
    edits = [
        (
            edit.who,
            f"{formats.day_short(day_of(edit.when), lang)}, {formats.clock(edit.when, HOME_ZONE)}",
            ", ".join(translate(PART_LABELS[part]) for part in edit.parts),
        )
        for edit in edits_since(session, meeting, seen or 0)
    ]
    rows = [
        (translate(label), translate(old[part]), translate(new[part]))
        for part, label in PART_LABELS.items()
        if translate(old[part]) != translate(new[part])
    ]
    return Conflict(edits, rows)
