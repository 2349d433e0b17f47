"""The files that groups hand in, and the act of handing in."""

from typing import BinaryIO, cast

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.enums import Role
from app.kernel.files.store import Stored
from app.web.downloads import file_store, send_stored
from app.web.forms import submitted
from app.web.policy import requires, writes
from app.web.request import current_actor, db_session, moment, settings
from projects.forms import MaterialForm
from projects.models import Material
from projects.queries.groups import get_group
from projects.queries.materials import get_material, own_material
from projects.rules.access import HAND_IN, VIEW_OWN_PROJECT, VIEW_PROJECTS, principals
from projects.services import hand_in
from projects.services.materials import check_may_send, receive, record_download
from projects.views.common import groups, own, reading
from projects.views.me import mine_page, own_enrolment


@groups.get("/cohorts/<code>/groups/<int:number>/materials/<int:version>")
@requires(VIEW_PROJECTS)
@writes
def material(code: str, number: int, version: int) -> Response:
    """A version that a group handed in, for whoever may read the projects of the cohort; written to the audit."""
    at = reading(code)
    found = get_material(at.session, get_group(at.session, at.cohort, number), version)
    record_download(at.session, material=found, actor=at.actor, now=at.now)
    return _file(found)


@own.get("/me/project/materials/<int:key>")
@requires(VIEW_OWN_PROJECT)
@writes
def own_file(key: int) -> Response:
    """A version of the reader's own group, or of the group of somebody for whom they act; written to the audit."""
    actor = current_actor()
    people = set(principals(actor))
    if actor.person_id is not None and Role.PARTICIPANT in actor.roles:
        people.add(actor.person_id)
    found, inside = own_material(db_session(), people, key)
    for_whom = None if actor.person_id in inside else min(inside)
    record_download(db_session(), material=found, actor=actor, now=moment(), for_person_id=for_whom)
    return _file(found)


@own.post("/me/project")
@requires(HAND_IN)
def hand_in_file() -> ResponseReturnValue:
    """Hand in a file for the reader's own group."""
    actor, session = current_actor(), db_session()
    own_enrolment(session, actor)
    form = MaterialForm()

    def act() -> None:
        check_may_send(session, enrolment=own_enrolment(session, actor))
        session.rollback()  # a disk takes its time, in which nobody else should have to wait
        sent = form.file.data
        received = receive(
            file_store(), file=cast("BinaryIO", sent.stream), name=sent.filename or "", limit=settings().MAX_UPLOAD
        )
        made = hand_in(session, enrolment=own_enrolment(session, actor), received=received, actor=actor, now=moment())
        flash(_("Handed in: version %(n)s.", n=made.number))

    if submitted(form, act):
        return redirect(url_for(".mine", cohort=request.args.get("cohort")))
    return mine_page(form)


def _file(found: Material) -> Response:
    return send_stored(file_store(), Stored(found.sha256, found.size), found.name, found.media_type)
