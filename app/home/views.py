"""The start page."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.web.locale import translate
from app.web.pages import page
from app.web.policy import signed_in
from app.web.request import current_actor, db_session, moment
from app.web.templating import features, home_title

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
    panels = [source(db_session(), actor, moment()) for feature in features() for source in feature.home]
    shown = [panel for panel in panels if panel is not None]
    return page("app/home.html", heading=translate(home_title(actor)), lead=actor.display_name, panels=shown)
