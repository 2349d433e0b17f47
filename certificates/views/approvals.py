"""The approver's pages: what waits, the list and the specimen, and the decision."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.queries import user_names
from app.accounts.rules import Actor
from app.kernel.errors import DomainError
from app.web.downloads import PDF, send_bytes
from app.web.forms import submitted
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment, settings
from certificates.enums import BatchStatus
from certificates.forms import ApproveForm, SendBackForm
from certificates.house import house_of
from certificates.models import Batch
from certificates.outlet import renderer
from certificates.queries import issue as queries
from certificates.rules import APPROVE, check_approver, fingerprint, number_of, series_prefix
from certificates.rules.evidence import thaw
from certificates.services import Issue, approve, send_back
from certificates.services.proofs import longest_of, proof_of_batch
from certificates.views.ledger import Links
from certificates.views.sheets import name_markup

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals", template_folder="../templates")
HERE_BEFORE = 10


@blueprint.get("/")
@requires(APPROVE)
def index() -> ResponseReturnValue:
    """Show what waits for approval, and what was decided lately."""
    session, actor = db_session(), current_actor()
    batches = queries.batches(session, actor.reach(APPROVE))
    waiting = [batch for batch in batches if batch.status == BatchStatus.PROPOSED]
    decided = [batch for batch in batches if batch.status != BatchStatus.PROPOSED][:HERE_BEFORE]
    return page(
        "certificates/approvals.html",
        waiting=waiting,
        decided=decided,
        sizes=queries.sizes(session, [batch.id for batch in batches]),
        names=user_names(session, {batch.proposed_by_id for batch in batches}),
    )


@blueprint.get("/<key>/")
@requires(APPROVE)
def batch(key: str) -> ResponseReturnValue:
    """Show the list, the order and the specimen."""
    actor = current_actor()
    found = queries.get_batch(db_session(), actor.reach(APPROVE), key)
    if found.status != BatchStatus.PROPOSED:
        return redirect(url_for("issue.batch", code=found.cohort.code, key=key))
    return _shown(found, actor, ApproveForm(), SendBackForm())


def _shown(found: Batch, actor: Actor, form: ApproveForm, back: SendBackForm) -> ResponseReturnValue:
    session = db_session()
    award = queries.award_of(session, found.cohort)
    year = found.issued_on.year
    first = queries.next_sequence(session, programme=found.cohort.programme, award=award, year=year)
    series = series_prefix(award.prefix, year)
    holders = [queries.holder_of(item.enrolment.person) for item in found.items]
    return page(
        "certificates/approve.html",
        form=back if back.errors else form,
        approve=form,
        back=back,
        batch=found,
        cohort=found.cohort,
        title=(found.cohort.title or found.cohort.programme.title).best(chosen_language())[0],
        award=award,
        first=number_of(series, first),
        last=number_of(series, first + len(holders) - 1),
        people=[
            (name_markup(holder), item.enrolment.organisation, thaw(item.evidence))
            for holder, item in zip(holders, found.items, strict=True)
        ],
        evidence=any(item.evidence for item in found.items),
        links=Links(actor, found.cohort),
        left_out=queries.without_certificate(session, found),
        seen=fingerprint(holders),
        longest=name_markup(longest_of(found), small=False),
        hindrance=_hindrance(found, actor),
        names=user_names(session, {found.proposed_by_id}),
    )


def _hindrance(found: Batch, actor: Actor) -> str:
    """Why this approver cannot approve, said before they try; "" when they can."""
    try:
        check_approver(
            approver_id=actor.user_id,
            approver_person=actor.person_id,
            proposer_id=found.proposed_by_id,
            recipients=(item.enrolment.person_id for item in found.items),
        )
    except DomainError as error:
        return translate(error.message)
    return ""


@blueprint.post("/<key>/")
@requires(APPROVE)
def issue(key: str) -> ResponseReturnValue:
    """Issue the whole batch."""
    session, actor, form = db_session(), current_actor(), ApproveForm()
    found = queries.get_batch(session, actor.reach(APPROVE), key)
    done: list[Issue] = []

    def act() -> None:
        seen = request.form.get("seen") or None
        done.append(approve(session, batch=found, actor=actor, now=moment(), house=house_of(settings()), seen=seen))

    if not submitted(form, act):
        found = queries.get_batch(session, actor.reach(APPROVE), key)
        return _shown(found, actor, form, SendBackForm(formdata=None))
    count = len(done[0].certificates)
    if done[0].already:
        flash(_("These certificates were issued already. Nothing was changed."), "info")
    else:
        flash(ngettext("%(num)s certificate was issued.", "%(num)s certificates were issued.", count))
    return redirect(url_for("issue.batch", code=found.cohort.code, key=key))


@blueprint.post("/<key>/back")
@requires(APPROVE)
def back(key: str) -> ResponseReturnValue:
    """Send the proposal back with a note."""
    session, actor, form = db_session(), current_actor(), SendBackForm()
    found = queries.get_batch(session, actor.reach(APPROVE), key)

    def act() -> None:
        send_back(session, batch=found, note=form.note.data or "", actor=actor, now=moment())

    if not submitted(form, act):
        found = queries.get_batch(session, actor.reach(APPROVE), key)
        return _shown(found, actor, ApproveForm(formdata=None), form)
    flash(_("The proposal was sent back."))
    return redirect(url_for("approvals.index"))


@blueprint.get("/<key>/specimen.pdf")
@requires(APPROVE)
def specimen(key: str) -> ResponseReturnValue:
    """The longest name as it will be printed, marked as a specimen; nothing of it is in the register."""
    found = queries.get_batch(db_session(), current_actor().reach(APPROVE), key)
    payload = proof_of_batch(db_session(), found, house=house_of(settings()))
    return send_bytes(renderer().render(payload), f"{_('Specimen')} {found.cohort.code}.pdf", PDF)
