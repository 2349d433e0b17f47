"""Completion of a cohort: the ledger, one person's conditions, waivers, and one order for everybody else."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.rules import Permission
from app.kernel.clock import day_of
from app.people.queries import display_name
from app.web.downloads import XLSX, send_bytes
from app.web.forms import submitted
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from certificates.forms import OrderForm, TakeBackForm, WaiveForm
from certificates.queries.candidates import recipients
from certificates.queries.completion import Ledger, Row, get_waiver, ledger
from certificates.queries.issue import open_batch
from certificates.rules import PROPOSE, VIEW_COMPLETION, WAIVE
from certificates.rules.completion import Item, Standing, may_end, why
from certificates.services import mark_rest, waive, withdraw_waiver
from certificates.services.completing import rest_of
from certificates.views import ledger as show
from certificates.views.person import history, turns
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.models import Enrolment
from cohorts.queries import get_enrolment, status_counts
from cohorts.rules import MANAGE_COHORT
from cohorts.tabs import cohort_tabs
from cohorts.views.common import Desk as CohortDesk
from cohorts.views.common import desk

blueprint = Blueprint("completion", __name__, url_prefix="/cohorts/<code>/completion", template_folder="../templates")
PAGE = 50  # people
DIGITS = 6  # of a number in an address that is read at all


@dataclass(frozen=True, slots=True)
class Desk(CohortDesk):
    """A request about the completion of one cohort."""

    ledger: Ledger

    def frame(self) -> dict[str, Any]:
        """What both pages show."""
        return {
            "cohort": self.cohort,
            "title": (self.cohort.title or self.cohort.programme.title).best(chosen_language())[0],
            "ledger": self.ledger,
            "show": show,
            "links": show.Links(self.actor, self.cohort),
            "name_of": lambda row: display_name(row.enrolment.person, chosen_language()),
        }


def _desk(code: str, wanted: Permission = VIEW_COMPLETION) -> Desk:
    """The cohort with this code and its ledger, within the actor's reach.

    Raises:
        NotFoundError: there is none, or it is out of reach.

    """
    at = desk(code, wanted)
    return Desk(at.session, at.actor, at.now, at.cohort, ledger(at.session, at.cohort))


@blueprint.get("")
@requires(VIEW_COMPLETION)
def cohort(code: str) -> ResponseReturnValue:
    """The ledger, by unit."""
    return _cohort_page(_desk(code), OrderForm(formdata=None))


def _cohort_page(at: Desk, form: OrderForm) -> ResponseReturnValue:
    session, today = at.session, day_of(at.now, at.cohort.time_zone)
    chosen, rows = _chosen(at.ledger)
    pages = max(1, -(-len(rows) // PAGE))
    number = min(_page_argument(), pages)
    waiting = open_batch(session, at.cohort)
    counts = status_counts(session, [at.cohort.id]).get(at.cohort.id, {})
    ready = recipients(session, at.cohort, at.ledger).free if at.ledger.rule.conditions else 0
    ending = at.cohort.status == CohortStatus.RUNNING and may_end(at.cohort.ends_on, today=today)
    return page(
        "certificates/completion.html",
        form=form,
        heading=_heading(at.ledger, counts),
        people=sum(counts.values()) - counts.get(EnrolmentStatus.WITHDRAWN, 0),
        counts=counts,
        chosen=chosen,
        chips=_chips(at.ledger),
        groups=show.by_unit(at.ledger, rows[(number - 1) * PAGE : number * PAGE]),
        page_number=number,
        pages=pages,
        before=_address(at, chosen, number - 1) if number > 1 else "",
        after=_address(at, chosen, number + 1) if number < pages else "",
        waiting=waiting,
        ready=ready if at.may(PROPOSE) and waiting is None else 0,
        rest=len(rest_of(at.ledger)) if ending and at.may(MANAGE_COHORT) else 0,
        may_manage=at.may(MANAGE_COHORT),
        sections=cohort_tabs(session, at.actor, at.cohort, at.now),
        **at.frame(),
    )


def _heading(found: Ledger, counts: dict[EnrolmentStatus, int]) -> str:
    if found.rule.conditions:
        return show.heading(found)
    return show.heading_of_people(counts.get(EnrolmentStatus.COMPLETED, 0), len(found.rows))


def _chips(found: Ledger) -> list[tuple[str, str, str, int]]:
    """The filters: (value, icon, words, how many people); a filter of nobody is left out."""
    offered = [
        ("complete", "check", _("Complete"), found.count(Standing.COMPLETE)),
        ("missing", "alert", _("Something missing"), found.count(Standing.MISSING)),
        ("open", "clock", _("Still open"), found.count(Standing.OPEN)),
        ("waived", "swap", _("Waived"), sum(bool(row.waived) for row in found.rows)),
    ]
    return [("", "", _("All"), len(found.rows)), *(chip for chip in offered if chip[3])]


def _chosen(found: Ledger) -> tuple[str, list[Row]]:
    """The filter in the address, and its people."""
    value = request.args.get("v", "")
    if value == "waived":
        return value, [row for row in found.rows if row.waived]
    if value in set(Standing):
        return value, [row for row in found.rows if row.standing == value]
    return "", list(found.rows)


def _page_argument() -> int:
    value = request.args.get("page", "1")[:DIGITS]
    return max(1, int(value)) if value.isascii() and value.isdigit() else 1


def _address(at: Desk, chosen: str, number: int) -> str:
    return url_for("completion.cohort", code=at.cohort.code, v=chosen or None, page=number)


@blueprint.get("/list.xlsx")
@requires(VIEW_COMPLETION)
def workbook(code: str) -> ResponseReturnValue:
    """The ledger as a workbook."""
    at = _desk(code)
    data = show.workbook(at.ledger, at.cohort, at=at.now)
    return send_bytes(data, f"{_('Completion')} {code} {day_of(at.now):%Y-%m-%d}.xlsx", XLSX)


@blueprint.post("/rest")
@requires(MANAGE_COHORT)
def rest(code: str) -> ResponseReturnValue:
    """Mark everybody as not completed who is enrolled and has not met the conditions."""
    at, form = _desk(code, MANAGE_COHORT), OrderForm()
    marked: list[int] = []

    def act() -> None:
        number, day = form.order_number.data or "", form.order_date.data
        marked.append(
            mark_rest(at.session, cohort=at.cohort, order_number=number, order_date=day, actor=at.actor, now=at.now)
        )

    if submitted(form, act):
        flash(
            ngettext(
                "%(num)s person was marked as not completed.", "%(num)s people were marked as not completed.", marked[0]
            )
        )
        return redirect(url_for("completion.cohort", code=code))
    return _cohort_page(_desk(code, MANAGE_COHORT), form)


@blueprint.get("/<int:number>")
@requires(VIEW_COMPLETION)
def person(code: str, number: int) -> ResponseReturnValue:
    """One person's conditions, what is missing, and what was decided."""
    at = _desk(code)
    return _person_page(at, get_enrolment(at.session, at.cohort, number), WaiveForm(formdata=None))


def _person_page(
    at: Desk, enrolment: Enrolment, form: WaiveForm, *, refused: TakeBackForm | None = None
) -> ResponseReturnValue:
    session = at.session
    row = at.ledger.of(enrolment.id)
    open_items = _may_waive(at, row)
    form.offer([(item.condition.key, show.title(item.condition)) for item in open_items])
    return page(
        "certificates/completion_person.html",
        form=refused or form,
        waiver=form,
        row=row,
        enrolment=enrolment,
        name=display_name(enrolment.person, chosen_language()),
        turns=turns(row) if row else [],
        reason=why(row.items) if row and not row.complete else "",
        may_waive=at.may(WAIVE) and at.cohort.status != CohortStatus.CLOSED,
        can_waive=bool(open_items) and at.actor.person_id != enrolment.person_id,
        history=history(session, enrolment, chosen_language()),
        sections=cohort_tabs(session, at.actor, at.cohort, at.now),
        **at.frame(),
    )


def _may_waive(at: Desk, row: Row | None) -> list[Item]:
    if row is None or not at.may(WAIVE) or at.cohort.status == CohortStatus.CLOSED:
        return []
    return [item for item in row.items if not item.holds]


@blueprint.post("/<int:number>")
@requires(WAIVE)
def let_off(code: str, number: int) -> ResponseReturnValue:
    """Let somebody off a condition."""
    at, form = _desk(code, WAIVE), WaiveForm()
    enrolment = get_enrolment(at.session, at.cohort, number)
    form.offer([(condition.key, condition.key) for condition in at.ledger.rule.conditions])

    def act() -> None:
        waive(
            at.session,
            enrolment=enrolment,
            condition=form.condition.data,
            reason=form.reason.data or "",
            document=form.document.data or "",
            actor=at.actor,
            now=at.now,
        )

    if submitted(form, act):
        flash(_("The condition was waived. The reason and the document stand in the ledger."))
        return redirect(url_for("completion.person", code=code, number=number))
    at = _desk(code, WAIVE)
    return _person_page(at, get_enrolment(at.session, at.cohort, number), form)


@blueprint.post("/<int:number>/waivers/<int:key>")
@requires(WAIVE)
def take_back(code: str, number: int, key: int) -> ResponseReturnValue:
    """Take a waiver back."""
    at, form = _desk(code, WAIVE), TakeBackForm()
    waiver = get_waiver(at.session, get_enrolment(at.session, at.cohort, number), key)
    if submitted(form, lambda: withdraw_waiver(at.session, waiver=waiver, actor=at.actor, now=at.now)):
        flash(_("The waiver was taken back."))
        return redirect(url_for("completion.person", code=code, number=number))
    at = _desk(code, WAIVE)
    enrolment = get_enrolment(at.session, at.cohort, number)
    return _person_page(at, enrolment, WaiveForm(formdata=None), refused=form)
