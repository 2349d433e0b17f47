"""One certificate, for staff and officials: what it prints, what happened to it, its file; for approvers, its end."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.queries import user_names
from app.accounts.rules import Actor
from app.kernel.clock import day_of
from app.kernel.errors import NotFoundError
from app.web.forms import submitted
from app.web.pages import page
from app.web.policy import requires, writes
from app.web.request import current_actor, db_session, moment, settings
from certificates.enums import CertificateStatus
from certificates.forms import AnnulForm, ReissueForm
from certificates.house import house_of
from certificates.models import Certificate
from certificates.payload import Payload
from certificates.queries.issue import history, holder_of
from certificates.queries.register import NO_SUCH, get_certificate
from certificates.rules import ANNUL, DOWNLOAD, VIEW_REGISTER
from certificates.services import annul as annul_certificate
from certificates.services import reissue as reissue_certificate
from certificates.views.handing import one_file
from certificates.views.sheets import name_markup, printed
from cohorts.queries import in_reach

blueprint = Blueprint("register_entry", __name__, url_prefix="/certificates", template_folder="../templates")


@blueprint.get("/<number>/")
@requires(VIEW_REGISTER)
def certificate(number: str) -> ResponseReturnValue:
    """Show one certificate."""
    session, actor = db_session(), current_actor()
    found = get_certificate(session, actor, number)
    payload = Payload.from_json(found.payload)
    events = history(session, found)
    may_annul = _may_annul(actor, found)
    return page(
        "certificates/certificate.html",
        certificate=found,
        name=name_markup(payload.holder),
        rows=printed(payload),
        events=events,
        names=user_names(session, (event.actor_id for event in events)),
        zone=found.cohort.time_zone,
        not_yet=found.issued_on > day_of(moment(), found.cohort.time_zone),
        misspelt=found.status == CertificateStatus.VALID and holder_of(found.person) != payload.holder,
        may_annul=may_annul,
        may_download=actor.may(DOWNLOAD) and found.status != CertificateStatus.ANNULLED,
    )


def _may_annul(actor: Actor, found: Certificate) -> bool:
    return (
        found.status == CertificateStatus.VALID
        and in_reach(actor.reach(ANNUL), found.cohort)
        and (actor.person_id is None or actor.person_id != found.person_id)
    )


@blueprint.get("/<number>.pdf")
@requires(DOWNLOAD)
@writes
def file(number: str) -> ResponseReturnValue:
    """Hand out the PDF."""
    actor = current_actor()
    return one_file(get_certificate(db_session(), actor, number), actor)


@blueprint.route("/<number>/annul", methods=["GET", "POST"])
@requires(ANNUL)
def annul(number: str) -> ResponseReturnValue:
    """Annul a certificate."""
    session, actor, form = db_session(), current_actor(), AnnulForm()
    found = _annullable(actor, number)

    def act() -> None:
        annul_certificate(session, certificate=found, reason=form.reason.data or "", actor=actor, now=moment())

    if not submitted(form, act):
        found = _annullable(actor, number)
        payload = Payload.from_json(found.payload)
        return page("certificates/annul.html", form=form, certificate=found, name=name_markup(payload.holder))
    flash(_("Certificate %(number)s is annulled. Every check says so from now on.", number=found.number))
    return redirect(url_for("register_entry.certificate", number=found.number))


@blueprint.route("/<number>/reissue", methods=["GET", "POST"])
@requires(ANNUL)
def reissue(number: str) -> ResponseReturnValue:
    """Replace a certificate that prints a wrong name."""
    session, actor, form = db_session(), current_actor(), ReissueForm()
    found = _annullable(actor, number)
    made: list[Certificate] = []

    def act() -> None:
        assert form.issued_on.data  # noqa: S101 - the form was validated
        made.append(
            reissue_certificate(
                session,
                certificate=found,
                reason=form.reason.data or "",
                issued_on=form.issued_on.data,
                actor=actor,
                now=moment(),
                house=house_of(settings()),
            )
        )

    if not submitted(form, act):
        found = _annullable(actor, number)
        if not form.is_submitted():
            form.issued_on.data = day_of(moment(), found.cohort.time_zone)
        before, after = Payload.from_json(found.payload).holder, holder_of(found.person)
        return page(
            "certificates/reissue.html",
            form=form,
            certificate=found,
            name=name_markup(before),
            before=before,
            after=after,
            same=before == after,
        )
    flash(_("Certificate %(new)s was issued in place of %(old)s.", new=made[0].number, old=found.number))
    return redirect(url_for("register_entry.certificate", number=made[0].number))


def _annullable(actor: Actor, number: str) -> Certificate:
    """A certificate that this approver may annul; anything else is not there for them."""
    found = get_certificate(db_session(), actor, number)
    if not in_reach(actor.reach(ANNUL), found.cohort):
        raise NotFoundError(NO_SUCH)
    return found
