"""The overview of a cohort, its start and close, and its dates."""

from collections.abc import Mapping

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.feature import Todo
from app.kernel.clock import day_of
from app.web.forms import submitted
from app.web.pages import page
from app.web.policy import requires
from cohorts.enums import COHORT_STATUS_LABELS, ENROLMENT_STATUS_LABELS, CohortStatus, EnrolmentStatus
from cohorts.forms import ChangeForm
from cohorts.panels import need_of
from cohorts.queries import status_counts
from cohorts.rules import MANAGE_COHORT, VIEW_COHORT
from cohorts.schema import OutlineSpec
from cohorts.services import change_cohort, close_cohort, open_matters, start_cohort
from cohorts.signals import Matter
from cohorts.tabs import panels_of
from cohorts.views.common import Desk, blueprint, desk


@blueprint.get("/cohorts/<code>/")
@requires(VIEW_COHORT)
def cohort(code: str) -> ResponseReturnValue:
    """Where the cohort stands; the timeline and other panels come from the features above."""
    at = desk(code)
    counts = status_counts(at.session, [at.cohort.id]).get(at.cohort.id, {})
    outline = OutlineSpec.model_validate(at.cohort.outline.content)
    return page(
        "cohorts/cohort.html",
        needs=_needs(at, counts),
        panels=panels_of("cohort.overview", at.session, at.actor, at.cohort, at.now),
        matters=_matters(at),
        counts=counts,
        size=sum(counts.values()) - counts.get(EnrolmentStatus.WITHDRAWN, 0),
        modules=len(outline.modules),
        components=len(outline.components),
        statuses=ENROLMENT_STATUS_LABELS,
        cohort_statuses=COHORT_STATUS_LABELS,
        **at.frame(),
    )


def _needs(at: Desk, counts: Mapping[EnrolmentStatus, int]) -> list[Todo]:
    """What this cohort waits for, as far as it is the reader's to do."""
    own = need_of(at.cohort, counts, at.now) if at.may(MANAGE_COHORT) else None
    panels = panels_of("cohort.needs", at.session, at.actor, at.cohort, at.now)
    others = [line for panel in panels for line in panel.todo if not line.waits]
    return [own, *others] if own else others


def _matters(at: Desk) -> list[Matter] | None:
    """What is to be done before a running cohort can be closed, for whoever may close it.

    None: nobody asked yet. The whole cohort is looked through, so before its last day it is done on demand.
    """
    if at.cohort.status != CohortStatus.RUNNING or not at.may(MANAGE_COHORT):
        return None
    last = at.cohort.ends_on
    if "closing" not in request.args and not (last and last.last_day < day_of(at.now, at.cohort.time_zone)):
        return None
    return open_matters(at.session, cohort=at.cohort, now=at.now)


@blueprint.post("/cohorts/<code>/status")
@requires(MANAGE_COHORT)
def cohort_status(code: str) -> ResponseReturnValue:
    """Start a planned cohort, close a running one, open a closed one again."""
    at = desk(code, MANAGE_COHORT)
    wanted = request.form.get("status")
    if wanted == CohortStatus.RUNNING:
        start_cohort(at.session, cohort=at.cohort, actor=at.actor, now=at.now)
        flash(_("The cohort is running."))
    elif wanted == CohortStatus.CLOSED:
        close_cohort(at.session, cohort=at.cohort, actor=at.actor, now=at.now)
        flash(_("The cohort is closed."))
    else:
        abort(400)
    return redirect(url_for("cohorts.cohort", code=code))


@blueprint.route("/cohorts/<code>/edit", methods=["GET", "POST"])
@requires(MANAGE_COHORT)
def edit(code: str) -> ResponseReturnValue:
    """Change the days and the planned size."""
    at = desk(code, MANAGE_COHORT)
    form = ChangeForm()
    outcome: list[bool] = []

    def act() -> None:
        starts_on, ends_on = form.dates()
        changed = change_cohort(
            at.session,
            cohort=at.cohort,
            starts_on=starts_on,
            ends_on=ends_on,
            planned_size=form.planned_size.data,
            version=form.version.data or 0,
            actor=at.actor,
            now=at.now,
        )
        outcome.append(changed)

    if submitted(form, act):
        flash(_("The cohort was changed.") if outcome[0] else _("Nothing was changed."))
        return redirect(url_for("cohorts.cohort", code=code))
    if request.method == "GET":
        form.show(at.cohort)
    return page("cohorts/edit.html", form=form, **desk(code, MANAGE_COHORT).frame())
