"""A cohort's certificates, for its coordinator: check, propose, and what became of each proposal."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.queries import user_names
from app.accounts.rules import Actor
from app.kernel.clock import day_of
from app.kernel.errors import NotFoundError
from app.web.downloads import PDF, send_bytes
from app.web.forms import submitted
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment, settings
from certificates.enums import BatchStatus
from certificates.forms import ProposeForm
from certificates.house import house_of
from certificates.models import Batch
from certificates.outlet import renderer
from certificates.queries import issue as queries
from certificates.queries.candidates import recipients
from certificates.queries.completion import rule_of
from certificates.rules import PROPOSE, VIEW_BATCHES, Candidate, Finding, Mend
from certificates.rules.evidence import thaw
from certificates.services import propose
from certificates.services.proofs import proof_of_cohort
from certificates.services.proposing import check
from certificates.views.ledger import Links
from certificates.views.sheets import NameOf, name_markup
from cohorts.enums import CohortStatus
from cohorts.models import Cohort
from cohorts.queries import get_cohort, in_reach, status_counts
from cohorts.queries.intakes import NO_COHORT
from cohorts.rules import MANAGE_COHORT
from cohorts.tabs import cohort_tabs

blueprint = Blueprint("issue", __name__, url_prefix="/cohorts/<code>/certificates", template_folder="../templates")


@blueprint.route("", methods=["GET", "POST"])
@requires(VIEW_BATCHES)
def cohort(code: str) -> ResponseReturnValue:
    """Show what can be issued and what was; propose."""
    session, actor = db_session(), current_actor()
    found = get_cohort(session, actor.reach(VIEW_BATCHES), code)
    if request.method == "POST":
        found = get_cohort(session, actor.reach(PROPOSE), code)
    form = ProposeForm()
    made: list[Batch] = []

    def act() -> None:
        made.append(_propose(found, form, actor))

    if submitted(form, act):
        count = len(made[0].items)
        flash(
            ngettext(
                "%(num)s certificate was proposed. It is issued when an approver approves it.",
                "%(num)s certificates were proposed. They are issued when an approver approves them.",
                count,
            )
        )
        return redirect(url_for("issue.cohort", code=code))
    found = get_cohort(session, actor.reach(VIEW_BATCHES), code)
    return page("certificates/cohort.html", form=form, **_context(found, form, actor))


def _propose(found: Cohort, form: ProposeForm, actor: Actor) -> Batch:
    assert form.order_date.data  # noqa: S101 - the form was validated
    assert form.issued_on.data  # noqa: S101 - as above
    return propose(
        db_session(),
        cohort=found,
        order_number=form.order_number.data or "",
        order_date=form.order_date.data,
        issued_on=form.issued_on.data,
        handed_over_by=form.office(),
        actor=actor,
        now=moment(),
    )


def _context(found: Cohort, form: ProposeForm, actor: Actor) -> dict[str, Any]:
    session = db_session()
    award = queries.award_of(session, found)
    if not form.is_submitted():
        form.place_office(award.handed_over_by)
    batches = queries.batches(session, actor.reach(VIEW_BATCHES), cohort_id=found.id)
    checked = check(session, found, award)
    return {
        "cohort": found,
        "title": (found.title or found.programme.title).best(chosen_language())[0],
        "checked": checked,
        "by_evidence": bool(rule_of(found).conditions),
        "to_mark": sum(not person.marked for person in checked.ready),
        "counts": status_counts(session, [found.id]).get(found.id, {}),
        "award": award,
        "batches": batches,
        "waiting": next((batch for batch in batches if batch.status == BatchStatus.PROPOSED), None),
        "sizes": queries.sizes(session, [batch.id for batch in batches]),
        "names": user_names(session, {batch.proposed_by_id for batch in batches}),
        "may_propose": in_reach(actor.reach(PROPOSE), found),
        "mend": lambda finding: _mend(found, finding, manages=in_reach(actor.reach(MANAGE_COHORT), found)),
        "sections": cohort_tabs(session, actor, found, moment()),
    }


def _mend(found: Cohort, finding: Finding, *, manages: bool) -> tuple[str, str]:
    """Where a finding is mended: (address, words)."""
    if finding.candidate:
        return _mend_one(found, finding.candidate, finding.mend, manages=manages)
    if finding.mend == Mend.PROGRAMME:
        return url_for("cohorts.programme", code=found.programme.code), _(
            "Correct the programme file and import it again"
        )
    if finding.mend == Mend.NAME:
        return url_for("cohorts.people", code=found.code), _("Add the spelling")
    return _mend_cohort(found, manages=manages)


def _mend_one(found: Cohort, person: Candidate, mend: Mend, *, manages: bool) -> tuple[str, str]:
    """The same for a finding about one person."""
    places = {
        Mend.NAME: ("cohorts.person", _("Correct the name")),
        Mend.PROOF: ("issue.proof", _("Open the proof")),
        Mend.COMPLETION: ("completion.person", _("See the evidence")),
        Mend.MARK: ("cohorts.mark", _("Mark by another order")) if manages else ("cohorts.person", _("See the order")),
    }
    if mend == Mend.CERTIFICATE:
        return url_for("register_entry.certificate", number=person.annulled), _("Open it")
    if mend not in places:
        return _mend_cohort(found, manages=manages)
    endpoint, words = places[mend]
    return url_for(endpoint, code=found.code, number=person.enrolment_number), words


def _mend_cohort(found: Cohort, *, manages: bool) -> tuple[str, str]:
    if found.status == CohortStatus.CLOSED:
        return url_for("cohorts.cohort", code=found.code), _("Open the cohort")
    endpoint, words = ("edit", _("Enter the last day")) if manages else ("cohort", _("Open the cohort"))
    return url_for(f"cohorts.{endpoint}", code=found.code), words


@blueprint.get("/proofs/<int:number>.pdf")
@requires(VIEW_BATCHES)
def proof(code: str, number: int) -> ResponseReturnValue:
    """One person's certificate as it would be printed, marked as a specimen."""
    session, actor = db_session(), current_actor()
    found = get_cohort(session, actor.reach(VIEW_BATCHES), code)
    people = recipients(session, found).people
    person = next((one for one in people if one.enrolment_number == number), None)
    if person is None or not person.holder.forms():
        raise NotFoundError(NO_COHORT)
    payload = proof_of_cohort(
        session, found, holder=person.holder, today=day_of(moment(), found.time_zone), house=house_of(settings())
    )
    return send_bytes(renderer().render(payload), f"{_('Specimen')} {number}.pdf", PDF)


@blueprint.get("/<key>")
@requires(VIEW_BATCHES)
def batch(code: str, key: str) -> ResponseReturnValue:
    """Show what was issued in one batch, or why it was sent back."""
    session, actor = db_session(), current_actor()
    found = queries.get_batch(session, actor.reach(VIEW_BATCHES), key)
    if found.cohort_id != get_cohort(session, actor.reach(VIEW_BATCHES), code).id:
        raise NotFoundError(queries.NO_BATCH)
    certificates = queries.issued_in(session, found)
    return page(
        "certificates/batch.html",
        batch=found,
        cohort=found.cohort,
        title=(found.cohort.title or found.cohort.programme.title).best(chosen_language())[0],
        certificates=certificates,
        making=queries.making_files(session, found),
        names=user_names(session, {found.proposed_by_id, found.decided_by_id}),
        name_of=NameOf(),
        holders=[
            (name_markup(queries.holder_of(item.enrolment.person), small=False), thaw(item.evidence))
            for item in found.items
        ],
        evidence=any(item.evidence for item in found.items),
        links=Links(actor, found.cohort),
        sections=cohort_tabs(session, actor, found.cohort, moment()),
    )
