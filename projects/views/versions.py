"""What groups handed in, in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.kernel.clock import day_of
from app.kernel.files.store import MEGABYTE
from app.web import formats
from app.web.locale import chosen_language
from projects.models import DefenceDay, Material
from projects.queries.materials import materials_of
from projects.views.present import full_names, group_name

KILOBYTE = 1024
SMALL = MEGABYTE // 10


@dataclass(frozen=True, slots=True)
class Version:
    """A version that was handed in.

    Args:
        about: which version, when, how large, by whom.

    """

    name: str
    url: str
    about: str
    late: bool


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group of a defence day: its newest version, or None."""

    name: Markup
    url: str
    newest: Version | None


def versions(rows: Sequence[Material], zone: str, address: Callable[[Material], str]) -> list[Version]:
    """Versions, the newest first.

    Args:
        zone: by whose clocks they were handed in.
        address: of a version's file.

    """
    lang = chosen_language()
    names = full_names(row.enrolment for row in rows)
    return [
        Version(
            row.name,
            address(row),
            _(
                "Version %(n)s · %(day)s, %(time)s · %(size)s · %(name)s",
                n=row.number,
                day=formats.date_short(day_of(row.handed_at, zone), lang),
                time=formats.clock(row.handed_at, zone),
                size=size_words(row.size, lang),
                name=names[row.enrolment_id],
            ),
            row.late,
        )
        for row in rows
    ]


def group_lines(session: Session, sitting: DefenceDay) -> list[GroupLine]:
    """The groups of a defence day with their newest versions; none when nothing is expected and nothing came."""
    found = materials_of(session, [slot.project_id for slot in sitting.slots])
    if not found and sitting.materials_due_on is None:
        return []
    code, zone = sitting.cohort.code, sitting.cohort.time_zone
    lines = []
    for slot in sitting.slots:
        group = slot.project.group
        newest = versions(found.get(slot.project_id, [])[:1], zone, partial(address_of, code, group.id))
        address = url_for("groups.group", code=code, number=group.id)
        lines.append(GroupLine(group_name(group), address, newest[0] if newest else None))
    return lines


def address_of(code: str, group_id: int, row: Material) -> str:
    """Where a coordinator gets the file of a version."""
    return url_for("groups.material", code=code, number=group_id, version=row.number)


def size_words(size: int, lang: str) -> str:
    """How large a file is."""
    if size < SMALL:
        return str(_("%(n)s KB", n=formats.number(max(1, round(size / KILOBYTE)), lang)))
    return str(_("%(n)s MB", n=formats.number(round(size / MEGABYTE, 1), lang)))
