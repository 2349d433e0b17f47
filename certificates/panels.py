"""What certificates give to the home page of each role, and to the pages of a cohort."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.feature import Panel
from app.kernel.clock import HOME_ZONE, day_of
from app.kernel.words import Message
from app.people.queries import display_name
from app.web import formats
from app.web.locale import chosen_language, translate
from certificates.enums import CertificateStatus
from certificates.queries import register, remit
from certificates.queries.register import Filter
from certificates.queries.remit import Stage
from certificates.rules import DOWNLOAD, MOST_FILES, READ_REMIT, VIEW_BATCHES, VIEW_COMPLETION
from certificates.views.register import KB_PER_FILE
from certificates.views.sheets import NameOf
from cohorts.enums import MODE_LABELS
from cohorts.models import Cohort, Enrolment
from cohorts.queries import in_reach
from cohorts.tabs import CohortTab

NEWEST = 6
SOON = timedelta(days=30)


def official_home(session: Session, actor: Actor, now: datetime) -> Panel | None:
    """The official's people: how many, a search, and the certificates that are new since the last visit."""
    if not actor.may(READ_REMIT):
        return None
    everything = register.count(session, actor, Filter())
    since = remit.last_visit(session, actor, now=now)
    fresh = Filter(since=since.day, status=CertificateStatus.VALID)
    new = register.count(session, actor, fresh)
    rows = register.matching(session, actor, fresh if new else Filter(), most=NEWEST)
    lead = _(
        "You see the people whom your organisation sent, and everybody on the programmes that it commissioned:"
        " %(people)s, %(certificates)s.",
        people=ngettext("%(num)s person", "%(num)s people", register.people_count(session, actor)),
        certificates=ngettext("%(num)s certificate", "%(num)s certificates", everything),
    )
    context = {
        "rows": rows,
        "new": new,
        "since": since,
        "name_of": NameOf(),
        "sizes": remit.file_sizes(session, [row.id for row in rows]),
        "megabytes": max(0.1, new * KB_PER_FILE / 1024),
        "may_download": actor.may(DOWNLOAD) and new <= MOST_FILES,
    }
    return Panel("certificates/home_official.html", context, title=_("Your organisation’s people"), lead=lead)


def official_side(session: Session, actor: Actor, now: datetime) -> Panel | None:
    """Who of the official's people studies now, what the official downloaded, and why the list is as it is."""
    if not actor.may(READ_REMIT):
        return None
    today = day_of(now)
    studying = remit.studying(session, actor, most=NEWEST)
    stages = remit.next_stages(session, {row.cohort_id for row in studying.rows}, today=today)
    context = {
        "studying": [_student(row, stages.get(row.cohort_id), today) for row in studying.rows],
        "more": studying.total - len(studying.rows),
        "downloads": register.downloads_of(session, actor, most=NEWEST),
        "zone": HOME_ZONE,
    }
    return Panel("certificates/home_official_side.html", context, side=True)


def _student(row: Enrolment, stage: Stage | None, today: date) -> dict[str, Any]:
    """A line of who studies now: the name, what comes next, and whether the end is near."""
    ends = row.cohort.ends_on
    return {
        "name": display_name(row.person, chosen_language()),
        "programme": row.cohort.programme.title,
        "stage": _stage(stage) if stage else "",
        "soon": bool(ends and today <= ends.last_day <= today + SOON),
    }


def _stage(stage: Stage) -> str:
    lang = chosen_language()
    place = stage.city.best(lang)[0] if stage.city else ""
    held = translate(MODE_LABELS[stage.mode]) if stage.mode else ""
    if stage.under_way:
        when = _("Now, until %(date)s", date=formats.month(stage.ends_on or stage.starts_on, lang))
    else:
        when = _("Next stage: %(date)s", date=formats.month(stage.starts_on, lang))
    return ", ".join(part for part in (when, place, held) if part)


def cohort_tabs(_session: Session, actor: Actor, cohort: Cohort, _now: datetime) -> Panel | None:
    """The cohort's pages of completion and of certificates."""
    tabs = (
        (VIEW_COMPLETION, CohortTab(Message("Completion"), "completion.cohort", 50, "completion.")),
        (VIEW_BATCHES, CohortTab(Message("Certificates"), "issue.cohort", 60, "issue.")),
    )
    return Panel("", {"tabs": tuple(tab for wanted, tab in tabs if in_reach(actor.reach(wanted), cohort))})
