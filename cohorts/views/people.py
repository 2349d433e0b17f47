"""Pages of the people of a cohort: the list, one person, marking by an order, correcting a name."""

from collections.abc import Sequence
from typing import TypedDict

from flask import Response, abort, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.queries import user_names
from app.kernel.clock import day_of
from app.kernel.countries import country_name
from app.people.enums import NameForm, NameKind
from app.people.queries import current_name_row, display_name
from app.web.forms import submitted
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from cohorts.enums import ENROLMENT_STATUS_LABELS, EnrolmentStatus
from cohorts.forms import NAME_KIND_LABELS, NameForms, StatusForm
from cohorts.models import Enrolment
from cohorts.queries import enrolments, find_people, get_enrolment, group_labels, last_order, other_cohorts
from cohorts.queries.rosters import scholarship_of
from cohorts.rules import MANAGE_COHORT, SEE_IIN, STEP_ORDER, VIEW_COHORT, masked, needs_reason, next_statuses
from cohorts.services import change_status, correct_name
from cohorts.views.common import Desk, blueprint, desk

PAGE = 100
DIGITS = 9  # of a number in an address that is read at all
STATUS_TAGS = {
    EnrolmentStatus.ENROLLED: "",
    EnrolmentStatus.COMPLETED: "ok",
    EnrolmentStatus.NOT_COMPLETED: "no",
    EnrolmentStatus.WITHDRAWN: "",
}


def _status_argument() -> EnrolmentStatus | None:
    value = request.args.get("status", "")
    return EnrolmentStatus(value) if value in set(EnrolmentStatus) else None


class Wanted(TypedDict):
    """Whom the address asks for."""

    text: str
    status: EnrolmentStatus | None
    group: str


def _wanted() -> Wanted:
    return Wanted(
        text=request.args.get("q", "")[:200], status=_status_argument(), group=request.args.get("group", "")[:60]
    )


def _page_argument() -> int:
    value = request.args.get("page", "1")[:DIGITS]
    return max(1, min(int(value), 10_000)) if value.isascii() and value.isdigit() else 1


@blueprint.get("/cohorts/<code>/people")
@requires(VIEW_COHORT)
def people(code: str) -> ResponseReturnValue:
    """The people of a cohort, found by name, organisation and status."""
    at = desk(code)
    wanted, number = _wanted(), _page_argument()
    found = find_people(at.session, at.cohort.id, **wanted, offset=(number - 1) * PAGE, limit=PAGE)
    return page(
        "cohorts/people.html",
        text=wanted["text"],
        chosen=wanted["status"],
        group=wanted["group"],
        groups=group_labels(at.session, at.cohort.id),
        found=found,
        names={row.id: display_name(row.person, chosen_language()) for row in found.rows},
        page_number=number,
        pages=max(1, -(-found.found // PAGE)),
        statuses=ENROLMENT_STATUS_LABELS,
        tags=STATUS_TAGS,
        **at.frame(),
    )


@blueprint.get("/cohorts/<code>/people/<int:number>")
@requires(VIEW_COHORT)
def person(code: str, number: int) -> ResponseReturnValue:
    """One person of a cohort: names, post at enrolment, contacts, history."""
    at = desk(code)
    row = get_enrolment(at.session, at.cohort, number)
    open_papers = at.may(SEE_IIN)
    papers = {
        kind: number if open_papers or not number else masked(number)
        for kind, number in (("iin", row.person.iin), ("passport", row.person.passport))
    }
    answer = make_response(
        page(
            "cohorts/person.html",
            row=row,
            name=display_name(row.person, chosen_language()),
            present={form: found for form in NameForm if (found := current_name_row(row.person, form))},
            former=list({(name.full, name.valid_to): name for name in row.person.names if name.valid_to}.values()),
            iin=papers["iin"],
            passport=papers["passport"],
            days={change.id: day_of(change.at, at.cohort.time_zone) for change in row.history},
            actors=user_names(at.session, (change.actor_id for change in row.history)),
            others=other_cohorts(at.session, at.actor.reach(VIEW_COHORT), row.person_id, but=at.cohort.id),
            statuses=ENROLMENT_STATUS_LABELS,
            tags=STATUS_TAGS,
            kinds=NAME_KIND_LABELS,
            scholarship=scholarship_of(row),
            country=country_name(row.person.citizenship, chosen_language()),
            may_step=bool(next_statuses(row.status)),
            **at.frame(),
        )
    )
    return _private(answer)


def _private(answer: Response) -> Response:
    """An answer with an IIN is kept by no cache."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/cohorts/<code>/people/mark")
@requires(MANAGE_COHORT)
def mark(code: str) -> ResponseReturnValue:
    """Choose the status and the order for the people who were ticked, or for all who were found."""
    at = desk(code, MANAGE_COHORT)
    if request.args.get("scope") == "all":
        rows: Sequence[Enrolment] = find_people(at.session, at.cohort.id, **_wanted(), limit=5_000).rows
    else:
        rows = enrolments(at.session, at.cohort.id, numbers=_numbers("number"))
    form = StatusForm()
    last = last_order(at.session, at.cohort.id)
    if last is not None:
        form.order_number.data, form.order_date.data = last.order_number, last.order_date
    return _mark_page(at, form, rows)


def _numbers(name: str) -> list[int]:
    """The numbers that a form or an address carries under a name; anything else is dropped."""
    values = request.values.getlist(name)
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) <= DIGITS]


def _mark_page(at: Desk, form: StatusForm, rows: Sequence[Enrolment]) -> ResponseReturnValue:
    steps = [set(next_statuses(row.status)) for row in rows]
    offered = [status for status in STEP_ORDER if steps and all(status in step for step in steps)]
    form.offer(offered)
    return page(
        "cohorts/mark.html",
        form=form,
        rows=rows,
        offered=offered,
        names={row.id: display_name(row.person, chosen_language()) for row in rows},
        reasons=[
            ENROLMENT_STATUS_LABELS[status]
            for status in offered
            if any(needs_reason(row.status, status) for row in rows)
        ],
        statuses=ENROLMENT_STATUS_LABELS,
        tags=STATUS_TAGS,
        **at.frame(),
    )


@blueprint.post("/cohorts/<code>/people/mark")
@requires(MANAGE_COHORT)
def mark_post(code: str) -> ResponseReturnValue:
    """Mark them."""
    at = desk(code, MANAGE_COHORT)
    numbers, versions = _numbers("number"), _numbers("version")
    if len(numbers) != len(versions):
        abort(400)
    form = StatusForm()
    form.offer(list(EnrolmentStatus))

    def act() -> None:
        change_status(
            at.session,
            cohort=at.cohort,
            numbers=dict(zip(numbers, versions, strict=True)),
            status=EnrolmentStatus(form.status.data),
            order_number=form.order_number.data or "",
            order_date=form.order_date.data,
            reason=form.reason.data,
            actor=at.actor,
            now=at.now,
        )

    if submitted(form, act):
        flash(ngettext("%(num)s person was marked.", "%(num)s people were marked.", len(numbers)))
        return redirect(url_for("cohorts.people", code=code))
    again = desk(code, MANAGE_COHORT)
    return _mark_page(again, form, enrolments(again.session, again.cohort.id, numbers=numbers))


@blueprint.route("/cohorts/<code>/people/<int:number>/name", methods=["GET", "POST"])
@requires(MANAGE_COHORT)
def name(code: str, number: int) -> ResponseReturnValue:
    """Correct the spellings of a person's name."""
    at = desk(code, MANAGE_COHORT)
    row = get_enrolment(at.session, at.cohort, number)
    form = NameForms()
    form.offer_kinds()
    seen = (_numbers("version") or [row.person.version])[0]

    def act() -> None:
        correct_name(
            at.session,
            enrolment=row,
            names=form.names(),
            kind=NameKind(form.kind.data),
            reason=form.reason.data or "",
            version=seen,
            actor=at.actor,
            now=at.now,
        )

    if submitted(form, act):
        flash(_("The name was corrected. Certificates that are issued already keep the former one."))
        return redirect(url_for("cohorts.person", code=code, number=number))
    if request.method == "GET":
        form.show(row.person)
    elif form.errors or form.form_errors:
        at = desk(code, MANAGE_COHORT)
        row = get_enrolment(at.session, at.cohort, number)
    return page(
        "cohorts/name.html",
        form=form,
        row=row,
        name=display_name(row.person, chosen_language()),
        version=seen,
        **at.frame(),
    )
