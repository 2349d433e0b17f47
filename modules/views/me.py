"""The participant's schedule, for the person or for an assistant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.accounts.enums import Role
from app.accounts.rules import Actor
from app.kernel.clock import HOME_ZONE
from app.web import formats
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment, settings
from app.web.zones import zone_name
from modules.forms.sessions import PressForm
from modules.queries.personal import OwnCohort, own_cohorts
from modules.rules.access import VIEW_OWN_SCHEDULE, principals
from modules.rules.agenda import home_zone
from modules.services import mark_seen, new_secret
from modules.views.agenda import COUNTDOWN, View, schedule_of, view_of
from modules.views.kept import stores

blueprint = Blueprint("modules", __name__, template_folder="../templates")

TOKEN, MOMENT = token_urlsafe(), token_urlsafe()
LONGEST_NUMBER = 10  # digits


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose page it is: the reader's own, or that of the person for whom an assistant looks."""

    person_id: int
    name: str | None = None

    @property
    def query(self) -> dict[str, Any]:
        """What the addresses of this page carry."""
        return {"for": self.person_id} if self.name is not None else {}


@blueprint.get("/me/")
@requires(VIEW_OWN_SCHEDULE)
def me() -> ResponseReturnValue:
    """Show what is next, what changed, and the days to come (or, with ``?past=1``, those gone by)."""
    actor, now, lang = current_actor(), moment(), chosen_language()
    viewer = _viewer(actor)
    if viewer is None:
        return _choice(actor)
    past = request.args.get("past") == "1"
    cohorts = own_cohorts(db_session(), viewer.person_id)
    others = _others(actor, viewer)
    # Countdowns and doors change at whole minutes, what is published with the cohorts' versions.
    key = (tuple(cohorts), viewer, tuple(others), lang, past, now.replace(second=0, microsecond=0))
    content = stores().pages.get(key)
    if content is None:
        home = home_zone([cohort.time_zone for cohort in cohorts], HOME_ZONE)
        schedule = schedule_of(db_session(), viewer.person_id, cohorts)
        view = view_of(schedule, home=home, now=now, lang=lang, past=past)
        content = _content(viewer, others, cohorts, view, past=past, home=home)
        stores().pages.put(key, content)
    return page("modules/me.html", title=_("My schedule"), content=_filled(content, now))


@blueprint.post("/me/seen")
@requires(VIEW_OWN_SCHEDULE)
def seen() -> ResponseReturnValue:
    """Remember that the changes shown were seen, and by whom."""
    actor = current_actor()
    viewer = _viewer(actor)
    if viewer is None or not PressForm().validate_on_submit():
        abort(404 if viewer is None else 400)
    versions = _versions(request.form.getlist("seen"))
    mark_seen(db_session(), person_id=viewer.person_id, versions=versions, actor=actor, now=moment())
    return redirect(url_for(".me", **viewer.query))


@blueprint.post("/me/calendar")
@requires(VIEW_OWN_SCHEDULE)
def calendar_address() -> ResponseReturnValue:
    """Make a secret address for the person's calendar; an earlier one stops working."""
    actor = current_actor()
    viewer = _viewer(actor)
    if viewer is None or not PressForm().validate_on_submit():
        abort(404 if viewer is None else 400)
    new_secret(db_session(), person_id=viewer.person_id, now=moment(), actor=actor)
    flash(_("The calendar has a new address. An earlier address does not work any more."))
    return redirect(url_for(".me", **viewer.query, _anchor="calendar"))


def _content(
    viewer: Viewer, others: list[tuple[str, str]], cohorts: list[OwnCohort], view: View, *, past: bool, home: str
) -> str:
    """The page below the bar, with marks where the token of the forms and the moment belong."""
    return current_app.jinja_env.get_template("modules/me_main.html").render(
        viewer=viewer,
        others=others,
        cohorts=cohorts,
        view=view,
        past=past,
        home_offset=formats.offset(moment(), home),
        home_city=zone_name(home),
        feed=_feed(cohorts),
        countdown=COUNTDOWN,
        token=TOKEN,
        moment=MOMENT,
    )


def _filled(content: str, now: datetime) -> Markup:
    """A kept page for one request. The marks are random, so nothing that people typed can be taken for one."""
    return Markup(content.replace(TOKEN, generate_csrf()).replace(MOMENT, now.isoformat()))  # noqa: S704 - our template


def _viewer(actor: Actor) -> Viewer | None:
    """Whose schedule is asked for; None when an assistant of several people has to choose.

    Raises:
        NotFound: it is somebody for whom the reader does not act.

    """
    assisted = principals(actor)
    wanted = request.values.get("for")
    if wanted is not None:
        person_id = _number(wanted)
        if person_id not in assisted:
            abort(404)
        return Viewer(person_id, assisted[person_id])
    if actor.person_id is not None and Role.PARTICIPANT in actor.roles:
        return Viewer(actor.person_id)
    if len(assisted) == 1:
        [(person_id, name)] = assisted.items()
        return Viewer(person_id, name)
    return None


def _choice(actor: Actor) -> ResponseReturnValue:
    return page("modules/choose.html", people=sorted(principals(actor).items(), key=lambda pair: pair[1]))


def _others(actor: Actor, viewer: Viewer) -> list[tuple[str, str]]:
    """Links to the other schedules that the reader may see."""
    links = [
        (url_for(".me", **Viewer(person_id, name).query), name)
        for person_id, name in principals(actor).items()
        if person_id != viewer.person_id
    ]
    if viewer.name is not None and actor.person_id is not None and Role.PARTICIPANT in actor.roles:
        links.insert(0, (url_for(".me"), _("My own schedule")))
    return links


def _feed(cohorts: Sequence[OwnCohort]) -> dict[str, str] | None:
    secret = next((cohort.secret for cohort in cohorts if cohort.secret), None)
    if secret is None:
        return None
    address = settings().BASE_URL + url_for("calendar.feed", secret=secret)
    return {"https": address, "webcal": "webcal" + address.removeprefix(urlsplit(address).scheme)}


def _versions(texts: list[str]) -> dict[int, int]:
    """The pairs ``cohort:version`` that the page sent; anything else is left out."""
    pairs = [(_number(cohort), _number(version)) for cohort, _colon, version in (text.partition(":") for text in texts)]
    return {cohort: version for cohort, version in pairs if cohort and version}


def _number(text: str) -> int:
    """A key or version that fits every database; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else 0
