"""Groups, people and decisions as pages show them, in the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.kernel.words import Message
from app.people.models import Person
from app.people.queries import current_name, display_name
from app.people.rules import NEAREST_FORMS, initials
from app.web import formats
from app.web.locale import chosen_language, translate
from cohorts.models import Enrolment, Group
from modules.queries.experts import expert_name
from projects.enums import OUTCOME_LABELS, Outcome
from projects.models import DefenceDay, Project
from projects.rules.commissions import Interest

OUTCOME_TAGS = {
    Outcome.ACCEPTED: "ok",
    Outcome.TO_REVISE: "chg",
    Outcome.NOT_ACCEPTED: "no",
    Outcome.NOT_SUBMITTED: "no",
}
NUMBERED = Message("Group %(label)s")


def group_name(group: Group) -> Markup:
    """A group in words: the team's organisation, its number, or its label."""
    if group.organisation:
        return formats.tri(group.organisation.name, chosen_language())
    if group.label.isdecimal():
        return escape(translate(Message(NUMBERED.text, label=group.label)))
    return escape(group.label)


def plain(name: Markup) -> str:
    """The same without markup, for titles and attributes."""
    return name.striptags()


def short_name(person: Person) -> str:
    """Surname and initials in the form that is nearest to the page's language."""
    known = (current_name(person, form) for form in NEAREST_FORMS[chosen_language()])
    return next((initials(name) for name in known if name), "–")


def short_names(people: Iterable[Enrolment]) -> str:
    """People in one line."""
    return ", ".join(short_name(row.person) for row in people)


def full_names(people: Iterable[Enrolment]) -> dict[int, str]:
    """Full names by enrolment."""
    return {row.id: display_name(row.person, chosen_language()) for row in people}


def mentors_line(project: Project | None) -> str:
    """The mentors of a project in one line, or ""."""
    lang = chosen_language()
    names = [expert_name(row.expert, lang) for row in project.mentors] if project else []
    if not names:
        return ""
    label = _("mentor %(names)s", names=names[0]) if len(names) == 1 else _("mentors %(names)s", names=", ".join(names))
    return str(label)


def title_of(project: Project | None) -> Markup:
    """The title of a project, or ""."""
    return formats.tri(project.title, chosen_language()) if project and project.title else Markup()


def heading_of(group: Group, project: Project | None) -> Markup:
    """A group with its project: "Group 4: Early warning for water loss"."""
    title = title_of(project)
    return Markup("{}: {}").format(group_name(group), title) if title else group_name(group)


def points(score: Decimal | None) -> str:
    """A score as the language writes it, or ""."""
    return formats.number(float(score), chosen_language()) if score is not None else ""


def outcome_word(outcome: Outcome | str) -> str:
    """A decision in words."""
    return translate(OUTCOME_LABELS[Outcome(outcome)])


def day_words(sitting: DefenceDay) -> str:
    """The day of a sitting with its year."""
    return formats.date_long(sitting.day, chosen_language())


def numeric(day: date) -> str:
    """A day in figures."""
    return f"{day:%d.%m.%Y}"


def interest_lines(found: Sequence[Interest], experts: dict[int, str], groups: dict[int, str]) -> list[str]:
    """Who would judge their own, as sentences."""
    lines = []
    for one in found:
        values = {"name": experts[one.expert_id], "group": groups[one.group_id]}
        if one.mentor:
            lines.append(str(_("%(name)s sits on this commission and mentors %(group)s.", **values)))
        else:
            lines.append(str(_("%(name)s is of the same organisation as people of %(group)s.", **values)))
    return lines
