"""The second row of links inside a cohort; higher packages add theirs through ``Feature.panels["cohort.tabs"]``."""

from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.feature import Panel
from app.kernel.words import Message
from app.mail.rules import SEE_MAIL
from app.web.locale import translate
from app.web.templating import Link, features
from cohorts.models import Cohort
from cohorts.queries import in_reach


@dataclass(frozen=True, slots=True)
class CohortTab:
    """A page of a cohort.

    Args:
        endpoint: takes the cohort's ``code``.
        order: place in the row, smallest first: overview 10, people 30, announcements 70, mail 80.
        section: the start of the endpoints that this link stands for.

    """

    label: Message
    endpoint: str
    order: int
    section: str


def own_tabs(_session: Session, actor: Actor, cohort: Cohort, _now: datetime) -> Panel:
    """The links of this package."""
    overview = CohortTab(Message("Overview"), "cohorts.cohort", 10, "cohorts.cohort")
    people = CohortTab(Message("People"), "cohorts.people", 30, "cohorts.pe")
    told = CohortTab(Message("Announcements"), "cohorts.announcements", 70, "cohorts.announcement")
    mail = CohortTab(Message("Mail"), "cohorts.mail_letters", 80, "cohorts.mail")
    sees_mail = in_reach(actor.reach(SEE_MAIL), cohort)
    return Panel("", {"tabs": (overview, people, told, *((mail,) if sees_mail else ()))})


def panels_of(place: str, session: Session, actor: Actor, cohort: Cohort, now: datetime) -> list[Panel]:
    """What the features give to a place of a cohort's pages, lowest feature first."""
    sources = [feature.panels[place] for feature in features() if place in feature.panels]
    found = [source(session, actor, cohort, now) for source in sources]
    return [panel for panel in found if panel is not None]


def cohort_tabs(session: Session, actor: Actor, cohort: Cohort, now: datetime) -> list[Link]:
    """The links for ``head``'s ``sections`` on a page of this cohort."""
    tabs: list[CohortTab] = []
    for panel in panels_of("cohort.tabs", session, actor, cohort, now):
        tabs.extend(panel.context["tabs"])
    here = request.endpoint or ""
    return [
        Link(translate(tab.label), url_for(tab.endpoint, code=cohort.code), "", here.startswith(tab.section))
        for tab in sorted(tabs, key=lambda tab: tab.order)
    ]
