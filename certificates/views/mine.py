"""A participant's own certificates."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.kernel.clock import day_of
from app.web.pages import page
from app.web.policy import requires, writes
from app.web.request import current_actor, db_session, moment
from certificates.queries.register import get_own, own
from certificates.rules import VIEW_OWN_CERTIFICATES
from certificates.views.handing import one_file
from certificates.views.sheets import NameOf

blueprint = Blueprint("mine", __name__, url_prefix="/me/certificates", template_folder="../templates")


@blueprint.get("/")
@requires(VIEW_OWN_CERTIFICATES)
def index() -> ResponseReturnValue:
    """Show one's own certificates."""
    rows = own(db_session(), current_actor().person_id)
    return page("certificates/mine.html", rows=rows, name_of=NameOf(), today=day_of(moment()))


@blueprint.get("/<number>.pdf")
@requires(VIEW_OWN_CERTIFICATES)
@writes
def file(number: str) -> ResponseReturnValue:
    """Hand out one's own certificate."""
    actor = current_actor()
    return one_file(get_own(db_session(), actor.person_id, number), actor)
