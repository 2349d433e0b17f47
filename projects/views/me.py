"""The participant's own project, for the person or for an assistant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.rules import Actor
from app.kernel.clock import day_of as at_home
from app.web import formats
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from cohorts.enums import CohortStatus
from cohorts.models import Enrolment
from modules.queries.attendance import own_attendance
from modules.queries.experts import expert_line
from modules.views.present import day_of, hours, hours_at_home, place_of
from projects.forms import MaterialForm, number_of
from projects.queries.personal import OwnDefence, OwnProject, own_enrolments, own_project
from projects.rules.access import VIEW_OWN_PROJECT, principals
from projects.rules.materials import Stand, awaited, is_late
from projects.views.common import own
from projects.views.present import OUTCOME_TAGS, full_names, group_name, numeric, outcome_word, points, title_of
from projects.views.versions import Version, versions


@dataclass(frozen=True, slots=True)
class Slot:
    """A defence as its group sees it, in words; ``when`` is empty when only its outcome is told."""

    when: str
    place: Markup
    zone: str
    link: str | None
    outcome: tuple[str, str] | None
    minutes: str
    score: str


@dataclass(frozen=True, slots=True)
class Materials:
    """What a group handed in and may hand in.

    Args:
        open: something can be handed in now.
        due: the last day for it in words, or "".
        over: that day is past.

    """

    open: bool
    due: str
    over: bool
    versions: list[Version]


@own.get("/me/project")
@requires(VIEW_OWN_PROJECT)
def mine() -> ResponseReturnValue:
    """The reader's group, project, mentors and defence; of several cohorts the one that is asked for."""
    return mine_page(None)


def mine_page(refused: MaterialForm | None) -> ResponseReturnValue:
    """The page; ``refused`` is the form of a file that was not taken in."""
    actor, session, lang = current_actor(), db_session(), chosen_language()
    assisted = principals(actor)
    viewer = _viewer(actor, assisted)
    if viewer is None:
        return page("projects/mine_choose.html", people=sorted(assisted.items(), key=lambda pair: pair[1]))
    person_id, name = viewer
    enrolments = own_enrolments(session, person_id)
    chosen = _chosen(enrolments)
    shown = own_project(session, chosen) if chosen else None
    query = _query(person_id) if name else {}
    materials = _materials(shown) if shown and shown.group else None
    return page(
        "projects/mine.html",
        form=refused or (MaterialForm(formdata=None) if materials and materials.open and name is None else None),
        materials=materials,
        viewer=name,
        others=_others(actor, person_id, assisted, own_page=name is None),
        cohorts=[
            (url_for(".mine", cohort=row.cohort.code, **query), row.cohort.title, row is chosen) for row in enrolments
        ],
        cohort=chosen.cohort if chosen else None,
        shown=shown,
        group=group_name(shown.group) if shown and shown.group else "",
        title=title_of(shown.project) if shown else Markup(),
        names=full_names(shown.people) if shown else {},
        mentors=[expert_line(row.expert, lang) for row in shown.project.mentors] if shown and shown.project else [],
        slots=[_slot(one, lang, shown.enrolment) for one in shown.defences] if shown else [],
        attendance=own_attendance(session, chosen.id) if chosen else None,
    )


def _viewer(actor: Actor, assisted: dict[int, str]) -> tuple[int, str | None] | None:
    """Whose page it is, and the name when it is not the reader's own; None: an assistant has to choose.

    Raises:
        NotFound: it is somebody for whom the reader does not act.

    """
    wanted = request.args.get("for")
    if wanted is not None:
        person_id = number_of(wanted)
        if person_id not in assisted:
            abort(404)
        return person_id, assisted[person_id]
    if actor.person_id is not None and Role.PARTICIPANT in actor.roles:
        return actor.person_id, None
    if len(assisted) == 1:
        [(person_id, name)] = assisted.items()
        return person_id, name
    return None


def _others(actor: Actor, person_id: int, assisted: dict[int, str], *, own_page: bool) -> list[tuple[str, str]]:
    """Links to the other pages of this kind that the reader may see."""
    links = [(url_for(".mine", **_query(key)), name) for key, name in assisted.items() if key != person_id]
    if not own_page and actor.person_id is not None and Role.PARTICIPANT in actor.roles:
        links.insert(0, (url_for(".mine"), str(_("My own project"))))
    return links


def _query(person_id: int) -> dict[str, Any]:
    """What the address of an assistant's page carries."""
    return {"for": person_id}


def own_enrolment(session: Session, actor: Actor) -> Enrolment:
    """The reader's own enrolment in the cohort that is asked for.

    Raises:
        NotFound: there is none.

    """
    return (_chosen(own_enrolments(session, actor.person_id)) if actor.person_id else None) or abort(404)


def _chosen(enrolments: Sequence[Enrolment]) -> Enrolment | None:
    wanted = request.args.get("cohort")
    for row in enrolments:
        if row.cohort.code == wanted:
            return row
    if wanted is not None:
        abort(404)
    return enrolments[0] if enrolments else None


def _materials(shown: OwnProject) -> Materials:
    """What the group handed in, and whether and until when it can hand in more."""
    cohort, lang = shown.enrolment.cohort, chosen_language()
    stands = [
        Stand(one.slot.sitting.day, one.slot.sitting.materials_due_on, one.told, one.meeting is not None)
        for one in shown.defences
    ]
    ahead = awaited(stands) if cohort.status != CohortStatus.CLOSED else None
    due_on = ahead.due_on if ahead else None
    return Materials(
        open=ahead is not None,
        due=formats.day(due_on, lang) if due_on else "",
        over=is_late(due_on, at_home(moment(), cohort.time_zone)),
        versions=versions(shown.materials, cohort.time_zone, lambda row: url_for(".own_file", key=row.id)),
    )


def _slot(one: OwnDefence, lang: str, enrolment: Enrolment) -> Slot:
    slot, meeting, sitting = one.slot, one.meeting, one.slot.sitting
    outcome = (OUTCOME_TAGS[slot.outcome], outcome_word(slot.outcome)) if one.told and slot.outcome else None
    minutes = ""
    if one.told and sitting.minutes_date:
        minutes = _(
            "Minutes No. %(number)s of %(day)s, item %(item)s",
            number=sitting.minutes_number,
            day=numeric(sitting.minutes_date),
            item=slot.position,
        )
    score = points(slot.score) if one.told else ""
    if meeting is None:
        return Slot("", Markup(), "", None, outcome, minutes, score)
    place = place_of(meeting, lang)
    where = (
        Markup("<b>{}</b> · {}").format(place.word, place.where)
        if place.where
        else Markup("<b>{}</b>").format(place.word)
    )
    return Slot(
        f"{formats.day(day_of(meeting), lang)}, {hours(meeting)}",
        where,
        hours_at_home(meeting, enrolment.cohort.time_zone),
        meeting.link,
        outcome,
        minutes,
        score,
    )
