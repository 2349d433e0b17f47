"""The start page."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.kernel.clock import day_of
from app.web.pages import page
from app.web.policy import signed_in
from app.web.request import current_actor, db_session, moment
from app.web.templating import features

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """Home by role: somebody with a single page goes there, others see the cards of the features."""
    actor = current_actor()
    for feature in reversed(features()):
        endpoint = feature.landing(actor) if feature.landing else None
        if endpoint:
            return redirect(url_for(endpoint))
    sources = [source for feature in features() for source in feature.home]
    panels = [panel for source in sources if (panel := source(db_session(), actor, moment())) is not None]
    named = next((panel for panel in panels if panel.title), None)
    lines = [line for panel in panels for line in panel.todo]
    return page(
        "app/home.html",
        named=named,
        today=day_of(moment()),
        needs=[line for line in lines if not line.waits],
        waits=[line for line in lines if line.waits],
        panels=[panel for panel in panels if panel.template],
    )
