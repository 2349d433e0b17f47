"""The experts of a cohort: those from outside who speak, moderate, interpret, mentor or decide."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.rules import Permission
from app.kernel.countries import country_name
from app.kernel.errors import ConflictError
from app.web.forms import submitted
from app.web.locale import chosen_language, translate
from app.web.pages import page
from app.web.policy import requires
from app.web.request import current_actor, db_session, moment
from cohorts.enums import CohortStatus
from modules.forms.experts import ExpertForm, RemoveForm
from modules.models import Expert
from modules.queries.experts import appearances, experts_of, get_expert, known
from modules.queries.schedule import Scope, get_scope
from modules.rules.access import MANAGE_SCHEDULE, VIEW_SCHEDULE
from modules.rules.experts import Known, name_of
from modules.services import add_expert, change_expert, remove_expert
from modules.views.frame import sections_of

blueprint = Blueprint("experts", __name__, template_folder="../templates")


@dataclass(frozen=True, slots=True)
class Row:
    """An expert on the list; ``spellings`` are the other forms of the name, ``office`` is "" when it stands for it."""

    id: int
    name: str
    spellings: list[str]
    office: str
    organisation: str
    country: str
    sessions: int


@blueprint.get("/cohorts/<code>/experts")
@requires(VIEW_SCHEDULE)
def index(code: str) -> ResponseReturnValue:
    """List the experts of a cohort."""
    session, lang = db_session(), chosen_language()
    scope = _scope(code, VIEW_SCHEDULE)
    counts = appearances(session, scope.cohort.id)
    return page(
        "modules/experts.html",
        scope=scope,
        sections=sections_of(scope),
        rows=[_row(expert, counts.get(expert.id, 0), lang) for expert in experts_of(session, scope.cohort.id)],
        may_manage=_may_manage(scope),
    )


@blueprint.route("/cohorts/<code>/experts/add", methods=["GET", "POST"])
@requires(MANAGE_SCHEDULE)
def add(code: str) -> ResponseReturnValue:
    """Add somebody to the list."""
    scope = _scope(code, MANAGE_SCHEDULE)
    form = ExpertForm()
    form.offer()

    def act() -> None:
        add_expert(
            db_session(),
            cohort=scope.cohort,
            names=form.names(),
            office=form.office(None),
            organisation=form.organisation(None),
            country=form.country.data or None,
            actor=current_actor(),
            now=moment(),
        )

    if not submitted(form, act):
        return _form_page(scope, form, None)
    flash(_("Added to the experts. They can be chosen in every session of the cohort."))
    return redirect(url_for(".index", code=code))


@blueprint.route("/cohorts/<code>/experts/<int:number>/edit", methods=["GET", "POST"])
@requires(MANAGE_SCHEDULE)
def edit(code: str, number: int) -> ResponseReturnValue:
    """Change what is known of an expert."""
    scope = _scope(code, MANAGE_SCHEDULE)
    expert = get_expert(db_session(), scope.cohort.id, number)
    form = ExpertForm()
    form.offer()
    if not form.is_submitted():
        form.fill(expert)

    def act() -> None:
        change_expert(
            db_session(),
            expert=expert,
            names=form.names(),
            office=form.office(expert),
            organisation=form.organisation(expert),
            country=form.country.data or None,
            version=form.version.data or 0,
            actor=current_actor(),
            now=moment(),
        )

    if not submitted(form, act):
        return _form_page(scope, form, expert)
    flash(_("Saved. Participants read it at once where this expert has a part."))
    return redirect(url_for(".index", code=code))


@blueprint.post("/cohorts/<code>/experts/<int:number>/remove")
@requires(MANAGE_SCHEDULE)
def remove(code: str, number: int) -> ResponseReturnValue:
    """Take an expert off the list who has no part in anything."""
    scope = _scope(code, MANAGE_SCHEDULE)
    expert = get_expert(db_session(), scope.cohort.id, number)
    press = RemoveForm()

    def act() -> None:
        version = press.version.data or 0
        remove_expert(db_session(), expert=expert, version=version, actor=current_actor(), now=moment())

    if submitted(press, act):
        flash(_("Removed from the experts."))
        return redirect(url_for(".index", code=code))
    form = ExpertForm(formdata=None)
    form.offer()
    form.fill(expert)
    form.form_errors.extend([*press.form_errors, *(text for texts in press.errors.values() for text in texts)])
    return _form_page(scope, form, expert)


def _scope(code: str, permission: Permission) -> Scope:
    """The whole cohort: whoever has a module of it only has no experts page."""
    scope = get_scope(db_session(), current_actor().reach(permission), code)
    if not scope.whole:
        abort(404)
    return scope


def _may_manage(scope: Scope) -> bool:
    reach = current_actor().reach(MANAGE_SCHEDULE)
    if scope.cohort.status == CohortStatus.CLOSED:
        return False
    return bool(reach) and get_scope(db_session(), reach, scope.cohort.code).whole


def _form_page(scope: Scope, form: ExpertForm, expert: Expert | None) -> ResponseReturnValue:
    return page(
        "modules/expert.html",
        scope=scope,
        sections=sections_of(scope),
        form=form,
        expert=expert,
        name=name_of(known(expert), chosen_language()) if expert else "",
        rows=_differences(form.conflict),
    )


def _differences(conflict: ConflictError | None) -> list[tuple[str, str, str]]:
    """Where what is saved now differs from what was typed."""
    rows = conflict.differences if conflict else ()
    return [
        (translate(row.label), translate(row.saved), translate(row.typed)) for row in rows if row.saved != row.typed
    ]


def _row(expert: Expert, sessions: int, lang: str) -> Row:
    facts = known(expert)
    name = name_of(facts, lang)
    return Row(
        id=expert.id,
        name=name,
        spellings=[text for text in dict.fromkeys(facts.names.values()) if text != name] or _nameless(facts),
        office=expert.office.best(lang)[0] if expert.office and facts.names else "",
        organisation=expert.organisation.best(lang)[0] if expert.organisation else "",
        country=country_name(expert.country, lang),
        sessions=sessions,
    )


def _nameless(facts: Known) -> list[str]:
    return [] if facts.names else [_("name not known")]
