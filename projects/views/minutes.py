"""The minutes of a defence day: presence, one item after the other, closing, and the two documents."""

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from app.accounts.queries import user_names
from app.audit.services import record
from app.web.downloads import PDF, send_bytes
from app.web.forms import Form, submitted
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import requires, writes
from cohorts.models import Enrolment
from cohorts.views.common import Desk
from modules.queries.experts import expert_line, expert_name
from modules.views.present import hours, place_of
from projects.enums import DUTY_LABELS, PRESENCE_LABELS, Duty, Presence
from projects.forms import CloseForm, DecisionForm, VersionForm
from projects.minutes.content import Papers, content_of
from projects.minutes.paper import draw
from projects.minutes.wording import FILE, Lang
from projects.models import CommissionMember, DefenceDay, DefenceSlot
from projects.queries.interests import interests_of
from projects.queries.sittings import get_sitting, minutes_numbers, people_of_groups
from projects.rules.access import MANAGE_PROJECTS, VIEW_PROJECTS
from projects.rules.deciding import next_number
from projects.services import close_minutes, decide, mark_presence
from projects.services.minutes import missing_of, quorum_here, votes_of
from projects.views.common import defences, frame, managing, reading
from projects.views.present import (
    OUTCOME_TAGS,
    day_words,
    group_name,
    heading_of,
    interest_lines,
    mentors_line,
    outcome_word,
    plain,
    points,
    short_names,
)
from projects.views.sittings import span_of
from projects.views.versions import group_lines


@dataclass(frozen=True, slots=True)
class Item:
    """A project on the agenda, in words; ``open``: its form is shown."""

    slot: DefenceSlot
    heading: Markup
    hours: str
    people: str
    mentors: str
    state: tuple[str, str]
    score: str
    open: bool


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on the commission, in words."""

    row: CommissionMember
    name: str
    about: str
    duty: str
    presence: Presence | None


@defences.get("/cohorts/<code>/defences/<int:number>")
@requires(VIEW_PROJECTS)
def sitting(code: str, number: int) -> ResponseReturnValue:
    """The minutes as they stand; the first item without a decision is open for whoever keeps them."""
    at = reading(code)
    found = get_sitting(at.session, at.cohort, number)
    waiting = [slot for slot in found.slots if slot.outcome is None]
    open_slot = waiting[0] if waiting and _may_write(at, found) else None
    return _page(at, found, open_slot)


@defences.get("/cohorts/<code>/defences/<int:number>/items/<int:key>")
@requires(MANAGE_PROJECTS)
def item(code: str, number: int, key: int) -> ResponseReturnValue:
    """The minutes with this item open."""
    at = managing(code)
    found = get_sitting(at.session, at.cohort, number)
    slot = _slot(found, key)
    if found.closed_at is not None:
        return redirect(_address(code, number, slot.position))
    return _page(at, found, slot)


@defences.post("/cohorts/<code>/defences/<int:number>/items/<int:key>")
@requires(MANAGE_PROJECTS)
def save_item(code: str, number: int, key: int) -> ResponseReturnValue:
    """Save what was asked, voted and decided about a project."""
    at = managing(code)
    found = get_sitting(at.session, at.cohort, number)
    slot = _slot(found, key)
    form = DecisionForm()
    form.offer()

    def act() -> None:
        decide(
            at.session,
            slot=slot,
            outcome=form.decided(),
            score=form.points(),
            votes=form.votes(),
            questions=form.questions.data,
            remark=form.remark.data,
            version=form.version.data or 0,
            actor=at.actor,
            now=at.now,
        )

    if submitted(form, act):
        flash(_("Item %(n)s was saved.", n=slot.position))
        return redirect(url_for(".sitting", code=code, number=number))
    again = managing(code)
    found = get_sitting(again.session, again.cohort, number)
    return _page(again, found, _slot(found, key), form=form)


@defences.get("/cohorts/<code>/defences/<int:number>/presence")
@requires(MANAGE_PROJECTS)
def presence_page(code: str, number: int) -> ResponseReturnValue:
    """The address of a form, opened by itself: the minutes."""
    return redirect(url_for(".sitting", code=code, number=number, _anchor="present"))


@defences.post("/cohorts/<code>/defences/<int:number>/presence")
@requires(MANAGE_PROJECTS)
def presence(code: str, number: int) -> ResponseReturnValue:
    """Save who of the commission takes part, and how."""
    at = managing(code)
    found = get_sitting(at.session, at.cohort, number)
    form = VersionForm()
    marks = {
        member.id: Presence(value)
        for member in found.commission.members
        if (value := request.form.get(f"member-{member.id}", "")) in set(Presence)
    }

    def act() -> None:
        mark_presence(
            at.session, sitting=found, presence=marks, version=form.version.data or 0, actor=at.actor, now=at.now
        )

    if submitted(form, act):
        flash(_("Who is present was saved."))
        return redirect(url_for(".sitting", code=code, number=number))
    again = managing(code)
    return _page(again, get_sitting(again.session, again.cohort, number), None, form=form)


@defences.get("/cohorts/<code>/defences/<int:number>/close")
@requires(MANAGE_PROJECTS)
def close_page(code: str, number: int) -> ResponseReturnValue:
    """The address of a form, opened by itself: the minutes."""
    return redirect(url_for(".sitting", code=code, number=number, _anchor="close"))


@defences.post("/cohorts/<code>/defences/<int:number>/close")
@requires(MANAGE_PROJECTS)
def close(code: str, number: int) -> ResponseReturnValue:
    """Close the minutes under a number and a date."""
    at = managing(code)
    found = get_sitting(at.session, at.cohort, number)
    form = CloseForm()

    def act() -> None:
        close_minutes(
            at.session,
            sitting=found,
            number=form.number.data or "",
            on=form.on.data or found.day,
            version=form.version.data or 0,
            actor=at.actor,
            now=at.now,
        )

    if submitted(form, act):
        flash(_("The minutes are closed. Both documents can be printed and signed."))
        return redirect(url_for(".sitting", code=code, number=number))
    again = managing(code)
    return _page(again, get_sitting(again.session, again.cohort, number), None, form=form)


@defences.get("/cohorts/<code>/defences/<int:number>/minutes-<any(kk,ru):language>.pdf")
@requires(VIEW_PROJECTS)
@writes
def document(code: str, number: int, language: Lang) -> Response:
    """The minutes in one language: as they were closed, or a draft that says so."""
    at = reading(code)
    found = get_sitting(at.session, at.cohort, number)
    content = found.content or content_of(Papers(found, _people(at, found)))
    draft = found.closed_at is None
    record(
        at.session,
        act="projects.minutes_downloaded",
        subject="sitting",
        subject_id=found.id,
        actor=at.actor,
        now=at.now,
        language=language,
        draft=draft,
    )
    title = found.minutes_number or found.day.isoformat()
    return send_bytes(draw(content, language, draft=draft), f"{FILE.get(language)} {title}.pdf", PDF)


def _may_write(at: Desk, found: DefenceDay) -> bool:
    return found.closed_at is None and at.may(MANAGE_PROJECTS)


def _slot(found: DefenceDay, key: int) -> DefenceSlot:
    slot = next((slot for slot in found.slots if slot.id == key), None)
    return slot or abort(404)


def _address(code: str, number: int, position: int) -> str:
    return url_for("defences.sitting", code=code, number=number, _anchor=f"item-{position}")


def _people(at: Desk, found: DefenceDay) -> dict[int, list[Enrolment]]:
    return people_of_groups(at.session, [slot.project.group_id for slot in found.slots])


def _page(
    at: Desk, found: DefenceDay, open_slot: DefenceSlot | None, *, form: Form | None = None
) -> ResponseReturnValue:
    """The page; ``form`` is the one that was refused."""
    people = _people(at, found)
    quorum = quorum_here(found)
    called = {slot.id: plain(group_name(slot.project.group)) for slot in found.slots}
    lacking = [(translate(one.text), _mend(at, found, one.slot_id)) for one in missing_of(found, called)]
    by = user_names(at.session, [found.closed_by_id] if found.closed_by_id else [])
    return page(
        "projects/sitting.html",
        form=form,
        sitting=found,
        title=_title(found),
        lead=_lead(found),
        items=[_item(slot, people, slot is open_slot) for slot in found.slots],
        decision=_decision(open_slot, form),
        closing=_closing(at, found, form),
        members=_members(found),
        presences=[(kind.value, PRESENCE_LABELS[kind]) for kind in Presence],
        recorded=bool(found.present),
        quorum=quorum,
        lacking=lacking,
        handed_in=group_lines(at.session, found),
        conflicts=_conflicts(found, people),
        closed_by=by.get(found.closed_by_id or 0, ""),
        may_write=_may_write(at, found),
        **frame(at),
    )


def _title(found: DefenceDay) -> str:
    if found.closed_at is not None:
        return str(_("Minutes No. %(number)s", number=found.minutes_number))
    return str(_("Minutes of %(day)s", day=day_words(found)))


def _lead(found: DefenceDay) -> Markup:
    first = found.slots[0].session if found.slots else None
    place = place_of(first, chosen_language()) if first else None
    parts: list[Any] = [_("Commission %(n)s", n=found.commission.number), day_words(found), span_of(found)]
    parts += [place.where or place.word] if place else []
    return Markup(" · ").join(part for part in parts if part)


def _item(slot: DefenceSlot, people: dict[int, list[Enrolment]], is_open: bool) -> Item:  # noqa: FBT001 - read in one place
    project = slot.project
    return Item(
        slot,
        heading_of(project.group, project),
        hours(slot.session),
        short_names(people.get(project.group_id, [])),
        mentors_line(project),
        _state(slot),
        points(slot.score),
        is_open,
    )


def _state(slot: DefenceSlot) -> tuple[str, str]:
    cast = votes_of(slot)
    if slot.outcome:
        word = outcome_word(slot.outcome)
        return OUTCOME_TAGS[slot.outcome], _("%(outcome)s, %(n)s for", outcome=word, n=cast[0]) if cast else word
    if cast or slot.questions or slot.score is not None:
        return "now", _("Decision missing")
    return "wait", _("Not decided yet")


def _decision(slot: DefenceSlot | None, form: Form | None) -> DecisionForm | None:
    if slot is None:
        return None
    if isinstance(form, DecisionForm):
        return form
    fresh = DecisionForm(formdata=None)
    fresh.offer()
    fresh.show(slot)
    return fresh


def _closing(at: Desk, found: DefenceDay, form: Form | None) -> CloseForm | None:
    if not _may_write(at, found):
        return None
    if isinstance(form, CloseForm):
        return form
    fresh = CloseForm(formdata=None)
    fresh.version.data, fresh.on.data = found.version, found.day
    fresh.number.data = next_number(minutes_numbers(at.session, found.cohort_id))
    return fresh


def _members(found: DefenceDay) -> list[Member]:
    lang = chosen_language()
    known = {row.member_id: Presence(row.presence) for row in found.present}
    members = []
    for row in found.commission.members:
        name = expert_name(row.expert, lang)
        about = expert_line(row.expert, lang).removeprefix(name).removeprefix(", ")
        duty = "" if row.duty == Duty.MEMBER else translate(DUTY_LABELS[Duty(row.duty)])
        members.append(Member(row, name, about, duty, known.get(row.id)))
    return members


def _conflicts(found: DefenceDay, people: dict[int, list[Enrolment]]) -> list[str]:
    lang = chosen_language()
    projects = [slot.project for slot in found.slots]
    experts = {row.expert_id: expert_name(row.expert, lang) for row in found.commission.members}
    groups = {project.group_id: plain(group_name(project.group)) for project in projects}
    return interest_lines(interests_of(found.commission, projects, people), experts, groups)


def _mend(at: Desk, found: DefenceDay, slot_id: int | None) -> str:
    """Where something that is missing is written."""
    if slot_id is None:
        if not found.slots:
            return url_for(".plan", code=at.cohort.code, number=found.id)
        return "#present"
    return url_for(".item", code=at.cohort.code, number=found.id, key=slot_id, _anchor="open")
