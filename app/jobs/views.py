"""The administrator's pages of jobs: whether everything runs, and what to do about what does not."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.queries import user_names
from app.accounts.rules import Actor
from app.jobs import queries
from app.jobs.enums import JobState
from app.jobs.kinds import Registry
from app.jobs.models import Job
from app.jobs.rules import MANAGE_JOBS, VIEW_JOBS, is_orphaned, standing
from app.jobs.services import cancel, run_again
from app.kernel.clock import HOME_ZONE, day_of
from app.notices.kinds import Kinds
from app.notices.marks import skipped_since
from app.web import formats
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")

LATELY = timedelta(days=1)
LATE_SHOWN = timedelta(days=7)  # how long reminders that came too late are shown
MOST = 50  # jobs of one state on the page


class Words:
    """The words of jobs as a page shows them to somebody.

    Args:
        actor: whose time zone the times are in.

    """

    def __init__(self, actor: Actor) -> None:
        self.zone = actor.time_zone or HOME_ZONE
        self.registry: Registry = current_app.extensions["jobs"]

    def known(self, job: Job) -> bool:
        """Whether this release knows the kind of a job."""
        return job.kind in self.registry.kinds

    def orphaned(self, job: Job) -> bool:
        """Whether a job's worker shows no life any more."""
        return is_orphaned(JobState(job.state), job.lease_until, now=moment())

    def label(self, kind: str) -> str:
        """What a kind of job does; the name of one that this release does not know."""
        known = self.registry.kinds.get(kind)
        return translate(known.label) if known else kind

    def attempts(self, job: Job) -> str:
        """How often a job was begun, and how often it may be."""
        known = self.registry.kinds.get(job.kind)
        return _("%(n)s of %(total)s", n=job.attempts, total=known.attempts) if known else str(job.attempts)

    def at(self, when: datetime) -> str:
        """A moment: today the time alone."""
        time = formats.clock(when, self.zone)
        day = day_of(when, self.zone)
        if day == day_of(moment(), self.zone):
            return time
        return f"{formats.day_short(day, chosen_language())}, {time}"

    def coming(self) -> list[tuple[str, str]]:
        """What begins by itself, and when next; the soonest first."""
        following = [
            (at, self.label(trigger.kind.name))
            for trigger in self.registry.triggers
            if (at := trigger.times.get_next_fire_time(None, moment())) is not None
        ]
        return [(label, self.at(at)) for at, label in sorted(following)]


@blueprint.get("/")
@requires(VIEW_JOBS)
def index() -> ResponseReturnValue:
    """Show how things stand, what failed, runs and waits, and what was done lately."""
    session, actor, now = db_session(), current_actor(), moment()
    words = Words(actor)
    counted = queries.counts(session, since=now - LATELY)
    numbers = {state: sum(count.number for count in counted if count.state is state) for state in JobState}
    workers = queries.workers_seen(session)
    alive = len(queries.alive(workers, now=now))
    return page(
        "app/jobs.html",
        standing=standing(workers=alive, failed=numbers[JobState.FAILED]),
        words=words,
        alive=alive,
        workers=workers,
        numbers=numbers,
        jobs={state: queries.jobs_in(session, state, limit=MOST) for state in queries.OPEN},
        done=[count for count in counted if count.state is JobState.DONE],
        too_late=_too_late(skipped_since(session, now - LATE_SHOWN)),
        may_manage=actor.may(MANAGE_JOBS),
    )


def _too_late(skipped: Mapping[str, int]) -> list[tuple[str, int]]:
    """Reminders of which nobody was told, by what they tell of; those of kinds that are no more are left out."""
    kinds: Kinds = current_app.extensions["notices"]
    return [(translate(kinds.by_name[kind].label), number) for kind, number in skipped.items() if kind in kinds.by_name]


@blueprint.get("/<int:number>/")
@requires(VIEW_JOBS)
def job(number: int) -> ResponseReturnValue:
    """Show one job."""
    session, actor = db_session(), current_actor()
    found = queries.get_job(session, number)
    may_manage = actor.may(MANAGE_JOBS)
    return page(
        "app/job.html",
        job=found,
        words=Words(actor),
        creator=user_names(session, {found.created_by_id}).get(found.created_by_id or 0),
        arguments=json.dumps(found.arguments, ensure_ascii=False, indent=2) if may_manage else "",
        may_manage=may_manage,
    )


@blueprint.post("/<int:number>/again")
@requires(MANAGE_JOBS)
def again(number: int) -> ResponseReturnValue:
    """Let a job that failed or was called off be tried anew."""
    run_again(db_session(), number=number, actor=current_actor(), now=moment())
    flash(_("The job begins again as soon as a worker is free."))
    return redirect(url_for("jobs.job", number=number))


@blueprint.post("/<int:number>/cancel")
@requires(MANAGE_JOBS)
def call_off(number: int) -> ResponseReturnValue:
    """Call a job off, as it was seen."""
    seen = request.form.get("seen", "")
    found = cancel(db_session(), number=number, seen=seen, actor=current_actor(), now=moment())
    if found.state == JobState.RUNNING:
        flash(_("The job stops after the step that it is at. What it has done stays."))
    else:
        flash(_("The job was called off."))
    return redirect(url_for("jobs.job", number=number))
