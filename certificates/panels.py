"""What certificates give to the home page of each role, and to the pages of a cohort."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.feature import Panel
from app.kernel.clock import HOME_ZONE
from app.kernel.words import Message
from app.people.queries import display_name
from app.web.locale import chosen_language
from certificates.queries import register
from certificates.queries.register import Filter
from certificates.rules import READ_REMIT, VIEW_BATCHES
from certificates.views.sheets import NameOf
from cohorts.models import Cohort
from cohorts.tabs import CohortTab

NEWEST = 6


def official_home(session: Session, actor: Actor, _now: datetime) -> Panel | None:
    """The official's people: how many, a search, the newest certificates."""
    if not actor.may(READ_REMIT):
        return None
    everything = Filter()
    newest = register.page_of(session, actor, everything, number=1)
    lead = _(
        "You see the people whom your organisation sent, and everybody on the programmes that it commissioned:"
        " %(people)s, %(certificates)s.",
        people=ngettext("%(num)s person", "%(num)s people", register.people_count(session, actor)),
        certificates=ngettext("%(num)s certificate", "%(num)s certificates", newest.total),
    )
    context = {"rows": newest.rows[:NEWEST], "name_of": NameOf()}
    return Panel("certificates/home_official.html", context, title=_("Your organisation’s people"), lead=lead)


def official_side(session: Session, actor: Actor, _now: datetime) -> Panel | None:
    """Who of the official's people studies now, what the official downloaded, and why the list is as it is."""
    if not actor.may(READ_REMIT):
        return None
    enrolments = register.studying(session, actor)
    lang = chosen_language()
    shown = [
        (display_name(enrolment.person, lang), enrolment.cohort.programme.title) for enrolment in enrolments[:NEWEST]
    ]
    context = {
        "studying": shown,
        "more": len(enrolments) - len(shown),
        "downloads": register.downloads_of(session, actor, most=NEWEST),
        "zone": HOME_ZONE,
    }
    return Panel("certificates/home_official_side.html", context, side=True)


def cohort_tabs(_session: Session, actor: Actor, _cohort: Cohort, _now: datetime) -> Panel | None:
    """The cohort's page of certificates."""
    if not actor.may(VIEW_BATCHES):
        return None
    return Panel("", {"tabs": (CohortTab(Message("Certificates"), "issue.cohort", 60, "issue."),)})
