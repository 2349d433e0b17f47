"""Pages of programmes: the list, one programme, a new cohort of it."""

from dataclasses import replace

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.kernel.words import Message
from app.web.forms import submitted
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from cohorts.enums import COHORT_STATUS_LABELS, LEGAL_KIND_LABELS, PROGRAMME_KIND_LABELS
from cohorts.forms import CohortForm
from cohorts.models import Programme
from cohorts.queries import (
    cohorts_in_reach,
    get_programme,
    organisations_by_code,
    programmes_in_reach,
    programmes_under,
    status_counts,
)
from cohorts.rules import MANAGE_COHORT, VIEW_COHORT, cohort_phase
from cohorts.schema import AwardSpec, CompletionSpec, OutlineSpec
from cohorts.services import create_cohort
from cohorts.views.common import blueprint
from cohorts.views.present import outline_rows, rule_lines

LANGUAGE_LABELS = {
    "kk": Message("Kazakh language"),
    "ru": Message("Russian language"),
    "en": Message("English language"),
}
PHASES_FIRST = 9  # programmes without a cohort stand after all others


@blueprint.get("/programmes/")
@requires(VIEW_COHORT)
def programmes() -> ResponseReturnValue:
    """Every programme in reach with its cohorts; what is running stands first."""
    session, reach = db_session(), current_actor().reach(VIEW_COHORT)
    cohorts = cohorts_in_reach(session, reach)
    found = programmes_in_reach(session, reach)

    def rank(programme: Programme) -> int:
        phases = [cohort_phase(cohort.status) for cohort in cohorts if cohort.programme_id == programme.id]
        return min(phases, default=PHASES_FIRST)

    return page(
        "cohorts/programmes.html",
        programmes=sorted(found, key=rank),
        cohorts=cohorts,
        counts=status_counts(session, [cohort.id for cohort in cohorts]),
        statuses=COHORT_STATUS_LABELS,
        kinds=PROGRAMME_KIND_LABELS,
    )


@blueprint.get("/programmes/<code>/")
@requires(VIEW_COHORT)
def programme(code: str) -> ResponseReturnValue:
    """One programme: its facts with what is not known, its outline, its cohorts."""
    session, actor = db_session(), current_actor()
    found = get_programme(session, actor.reach(VIEW_COHORT), code)
    outline = OutlineSpec.model_validate(found.outlines[-1].content)
    award = AwardSpec.model_validate(found.award)
    codes = outline.hosts() | {issuer.organisation for issuer in award.issuers}
    organisations = organisations_by_code(session, codes)
    reach = actor.reach(VIEW_COHORT)
    cohorts = cohorts_in_reach(session, reach, programme_id=found.id)
    rule = CompletionSpec.model_validate(found.completion_rule)
    family = programmes_under(session, reach, found.agreement_id, but=found.id) if found.agreement_id else ()
    return page(
        "cohorts/programme.html",
        programme=found,
        outline=outline,
        rows=outline_rows(outline, organisations),
        award=award,
        requirement=rule.requirement.tri() if rule.requirement else None,
        rule=rule_lines(rule),
        family=family,
        organisations=organisations,
        cohorts=cohorts,
        counts=status_counts(session, [cohort.id for cohort in cohorts]),
        statuses=COHORT_STATUS_LABELS,
        kinds=PROGRAMME_KIND_LABELS,
        legal_kinds=LEGAL_KIND_LABELS,
        languages=[LANGUAGE_LABELS[lang] for lang in found.languages],
        may_create=_may_create(found),
    )


def _may_create(found: Programme) -> bool:
    """Whether the actor manages the programme itself, not only one of its cohorts."""
    reach = current_actor().reach(MANAGE_COHORT)
    bodies = {found.owner_id, found.commissioner_id}
    return reach.everywhere or found.id in reach.programmes or not bodies.isdisjoint(reach.organisations)


@blueprint.route("/programmes/<code>/cohorts/new", methods=["GET", "POST"])
@requires(MANAGE_COHORT)
def new_cohort(code: str) -> ResponseReturnValue:
    """Create a cohort of a programme."""
    session, actor = db_session(), current_actor()
    found = get_programme(session, replace(actor.reach(MANAGE_COHORT), cohorts=frozenset()), code)
    form = CohortForm()
    form.offer_zones()

    def act() -> None:
        starts_on, ends_on = form.dates()
        create_cohort(
            session,
            programme=found,
            code=_code(form),
            starts_on=starts_on,
            ends_on=ends_on,
            planned_size=form.planned_size.data,
            time_zone=form.time_zone.data,
            actor=actor,
            now=moment(),
        )

    if submitted(form, act):
        flash(_("The cohort was created. Now import its roster."))
        return redirect(url_for("cohorts.cohort", code=_code(form)))
    return page("cohorts/new_cohort.html", programme=found, form=form)


def _code(form: CohortForm) -> str:
    return (form.code.data or "").strip()
