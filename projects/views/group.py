"""One group: its people, its project, the label, removing it."""

from functools import partial

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.web.forms import submitted
from app.web.locale import chosen_language
from app.web.pages import page
from app.web.policy import requires
from cohorts.models import Group
from cohorts.services.groups import rename_group
from cohorts.views.common import Desk
from modules.queries.experts import expert_line, experts_of
from projects.forms import GroupForm, ProjectForm, VersionForm
from projects.queries.commissions import commissions_of
from projects.queries.groups import get_group, project_of, standings
from projects.queries.materials import materials_of
from projects.queries.sittings import people_of_groups
from projects.rules.access import MANAGE_PROJECTS, VIEW_PROJECTS
from projects.services import change_project, remove_group
from projects.views.common import frame, groups, managing, reading
from projects.views.present import OUTCOME_TAGS, full_names, group_name, heading_of, outcome_word, plain
from projects.views.versions import address_of, versions


@groups.get("/cohorts/<code>/groups/<int:number>")
@requires(VIEW_PROJECTS)
def group(code: str, number: int) -> ResponseReturnValue:
    """A group: its people, its project and where it was defended."""
    at = reading(code)
    found = get_group(at.session, at.cohort, number)
    form = _offered(at, ProjectForm(formdata=None))
    form.show(project_of(at.session, found))
    return _page(at, found, form)


@groups.post("/cohorts/<code>/groups/<int:number>")
@requires(MANAGE_PROJECTS)
def save(code: str, number: int) -> ResponseReturnValue:
    """Save what a group works on and who advises it."""
    at = managing(code)
    found = get_group(at.session, at.cohort, number)
    form = _offered(at, ProjectForm())
    project = project_of(at.session, found)

    def act() -> None:
        change_project(
            at.session,
            group=found,
            title=form.title(project.title if project else None),
            mentors=form.mentors.data or [],
            version=form.version.data or 0,
            actor=at.actor,
            now=at.now,
        )

    if submitted(form, act):
        flash(_("The project was saved."))
        return redirect(url_for(".group", code=code, number=number))
    again = managing(code)
    return _page(again, get_group(again.session, again.cohort, number), _offered(again, form))


@groups.route("/cohorts/<code>/groups/<int:number>/name", methods=["GET", "POST"])
@requires(MANAGE_PROJECTS)
def rename(code: str, number: int) -> ResponseReturnValue:
    """Give a group another label."""
    at = managing(code)
    found = get_group(at.session, at.cohort, number)
    form = GroupForm()

    def act() -> None:
        rename_group(
            at.session,
            group=found,
            label=form.label.data or "",
            version=form.version.data or 0,
            actor=at.actor,
            now=at.now,
        )

    if submitted(form, act):
        flash(_("The group has its new name."))
        return redirect(url_for(".group", code=code, number=number))
    if request.method == "GET":
        form.label.data, form.version.data = found.label, found.version
    return page("projects/group_name.html", form=form, group=found, name=group_name(found), **frame(at))


@groups.post("/cohorts/<code>/groups/<int:number>/remove")
@requires(MANAGE_PROJECTS)
def remove(code: str, number: int) -> ResponseReturnValue:
    """Remove a group without people."""
    at = managing(code)
    found = get_group(at.session, at.cohort, number)
    form = VersionForm()
    if submitted(form, lambda: remove_group(at.session, group=found, actor=at.actor, now=at.now)):
        flash(_("The group was removed."))
        return redirect(url_for(".index", code=code))
    again = managing(code)
    found = get_group(again.session, again.cohort, number)
    whole = _offered(again, ProjectForm(formdata=None))
    whole.show(project_of(again.session, found))
    whole.form_errors.extend(form.form_errors)
    return _page(again, found, whole)


def _offered(at: Desk, form: ProjectForm) -> ProjectForm:
    lang = chosen_language()
    experts = experts_of(at.session, at.cohort.id)
    form.mentors.choices = [(expert.id, expert_line(expert, lang)) for expert in experts]
    return form


def _lines(form: ProjectForm) -> dict[int, str]:
    """The mentors who are chosen, each in one line."""
    chosen = set(form.mentors.data or [])
    return {int(choice[0]): str(choice[1]) for choice in form.mentors.choices or [] if choice[0] in chosen}


def _page(at: Desk, found: Group, form: ProjectForm) -> ResponseReturnValue:
    people = people_of_groups(at.session, [found.id]).get(found.id, [])
    places = standings(at.session, at.cohort.id).get(found.id, [])
    judging = {
        member.expert_id: commission.number
        for commission in commissions_of(at.session, at.cohort.id)
        for member in commission.members
    }
    lines = _lines(form)
    project = project_of(at.session, found)
    handed_in = materials_of(at.session, [project.id]).get(project.id, []) if project else []
    return page(
        "projects/group.html",
        form=form,
        group=found,
        name=group_name(found),
        title=plain(heading_of(found, project)),
        people=people,
        names=full_names(people),
        places=[
            (one, OUTCOME_TAGS[one.outcome] if one.outcome else "", outcome_word(one.outcome) if one.outcome else "")
            for one in places
        ],
        versions=versions(handed_in, at.cohort.time_zone, partial(address_of, at.cohort.code, found.id)),
        conflicts=[
            _("%(name)s also sits on commission %(n)s.", name=lines[key], n=judging[key])
            for key in lines
            if key in judging
        ],
        **frame(at),
    )
