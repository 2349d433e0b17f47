"""Commissions: who sits on them, who leads, who keeps the minutes."""

from collections.abc import Sequence

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.web.forms import submitted
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from cohorts.views.common import Desk
from modules.models import Expert
from modules.queries.experts import expert_line, experts_of
from projects.enums import DUTY_LABELS, Duty
from projects.forms import CommissionForm, number_of
from projects.models import Commission
from projects.queries.commissions import get_commission, has_closed_minutes
from projects.rules.access import MANAGE_PROJECTS
from projects.services import set_commission
from projects.views.common import defences, frame, managing

RANK = (Duty.CHAIR, Duty.MEMBER, Duty.SECRETARY)
LAST = 10_000


@defences.route("/cohorts/<code>/defences/commissions/new", methods=["GET", "POST"])
@requires(MANAGE_PROJECTS)
def new_commission(code: str) -> ResponseReturnValue:
    """Appoint a commission."""
    return _commission(code, None)


@defences.route("/cohorts/<code>/defences/commissions/<int:number>", methods=["GET", "POST"])
@requires(MANAGE_PROJECTS)
def commission(code: str, number: int) -> ResponseReturnValue:
    """Change a commission whose minutes are not closed yet."""
    return _commission(code, number)


def _commission(code: str, number: int | None) -> ResponseReturnValue:
    at = managing(code)
    found = get_commission(at.session, at.cohort, number) if number is not None else None
    experts = experts_of(at.session, at.cohort.id)
    form = CommissionForm()

    def act() -> None:
        set_commission(
            at.session,
            cohort=at.cohort,
            number=number,
            members=typed_members(experts),
            quorum=form.quorum.data,
            version=form.version.data,
            actor=at.actor,
            now=at.now,
        )

    if submitted(form, act):
        flash(_("The commission was saved."))
        return redirect(url_for(".index", code=code))
    if request.method == "GET" and found:
        form.quorum.data, form.version.data = found.quorum, found.version
    return _page(managing(code), form, number)


def typed_members(experts: Sequence[Expert]) -> list[tuple[int, Duty]]:
    """Those to whom a duty was given: by the place that was typed, else chair, members, secretary, by name."""
    chosen = []
    for order, expert in enumerate(experts):
        duty = request.form.get(f"duty-{expert.id}", "")
        if duty in set(Duty):
            place = number_of(request.form.get(f"place-{expert.id}")) or LAST
            chosen.append((place, RANK.index(Duty(duty)), order, expert.id))
    return [(key, RANK[rank]) for _place, rank, _order, key in sorted(chosen)]


def _page(at: Desk, form: CommissionForm, number: int | None) -> ResponseReturnValue:
    lang = chosen_language()
    found = get_commission(at.session, at.cohort, number) if number is not None else None
    experts = experts_of(at.session, at.cohort.id)
    return page(
        "projects/commission.html",
        form=form,
        commission=found,
        closed=bool(found and has_closed_minutes(at.session, found)),
        rows=[(expert.id, expert_line(expert, lang), *_filled(expert, found)) for expert in experts],
        duties=[(duty.value, DUTY_LABELS[duty]) for duty in RANK],
        **frame(at),
    )


def _filled(expert: Expert, found: Commission | None) -> tuple[str, str]:
    """Duty and place of an expert: as typed, else as saved."""
    if request.method == "POST":
        return request.form.get(f"duty-{expert.id}", ""), request.form.get(f"place-{expert.id}", "")
    members = {row.expert_id: row for row in found.members} if found else {}
    row = members.get(expert.id)
    return (str(row.duty), str(row.position)) if row else ("", "")
