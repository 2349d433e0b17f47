"""The groups of a cohort: who is where, moving people, arranging them anew, one group with its project."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from app.kernel.clock import day_of
from app.kernel.errors import DomainError
from app.kernel.words import Message
from app.web.forms import place as put_error
from app.web.forms import submitted
from app.web.pages import page
from app.web.policy import requires
from cohorts.models import Enrolment, Group
from cohorts.services.groups import add_group
from cohorts.views.common import Desk
from projects.forms import ArrangeForm, GroupForm, PlaceForm, number_of
from projects.models import Project
from projects.queries.groups import Standing, by_group, get_group, groups_of, people_of, projects_of, standings
from projects.rules.access import MANAGE_PROJECTS, VIEW_PROJECTS
from projects.rules.grouping import Arrangement
from projects.services import groups_at_random, groups_by_organisation, place
from projects.services.groups import leaving, present_mark, proposal
from projects.views.common import frame, groups, managing, reading
from projects.views.present import OUTCOME_TAGS, full_names, group_name, mentors_line, outcome_word, plain, title_of

NEW, OUT = "new", "out"
USUAL_SIZE = 7  # people of a group, for the number of groups that is suggested


@dataclass(frozen=True, slots=True)
class Card:
    """A group on the page of all groups; ``fixed``: something is decided, so its people stay."""

    group: Group
    name: Markup
    people: Sequence[Enrolment]
    title: Markup
    mentors: str
    state: tuple[str, str] | None
    fixed: bool


@groups.get("/cohorts/<code>/groups")
@requires(VIEW_PROJECTS)
def index(code: str) -> ResponseReturnValue:
    """Who is in which group, and who is in none."""
    return _index(reading(code), PlaceForm(formdata=None))


@groups.post("/cohorts/<code>/groups")
@requires(MANAGE_PROJECTS)
def move(code: str) -> ResponseReturnValue:
    """Put the ticked people into a group, into a new one, or out of theirs."""
    at = managing(code)
    form = PlaceForm()
    _offer(form, groups_of(at.session, at.cohort.id))
    seen = _ticked()
    moved: list[int] = []

    def act() -> None:
        if not seen:
            raise DomainError(Message("Nobody was moved: tick people first."))
        target = _target(at, form.target.data)
        moved.append(
            place(at.session, cohort=at.cohort, group=target, numbers=list(seen), seen=seen, actor=at.actor, now=at.now)
        )

    if submitted(form, act):
        flash(ngettext("%(num)s person was moved.", "%(num)s people were moved.", moved[0]))
        return redirect(url_for(".index", code=code))
    return _index(managing(code), form)


@groups.route("/cohorts/<code>/groups/new", methods=["GET", "POST"])
@requires(MANAGE_PROJECTS)
def new(code: str) -> ResponseReturnValue:
    """Add an empty group."""
    at = managing(code)
    form = GroupForm()
    made: list[Group] = []

    def act() -> None:
        made.append(add_group(at.session, cohort=at.cohort, label=form.label.data, actor=at.actor, now=at.now))

    if submitted(form, act):
        flash(_("The group was added. Now put people into it."))
        return redirect(url_for(".group", code=code, number=made[0].id))
    return page("projects/group_new.html", form=form, **frame(managing(code)))


@groups.get("/cohorts/<code>/groups/proposal")
@requires(MANAGE_PROJECTS)
def preview(code: str) -> ResponseReturnValue:
    """Show what an arrangement would be before it replaces the groups: ``?by=random&count=5&seed=7``."""
    at = managing(code)
    form = ArrangeForm(formdata=None)
    form.by.data = "random" if request.args.get("by") == "random" else "organisation"
    form.count.data = number_of(request.args.get("count")) or suggested_count(len(people_of(at.session, at.cohort.id)))
    typed = request.args.get("seed", "")
    form.seed.data = number_of(typed) if typed.strip() else usual_seed(at)
    return _preview(at, form)


@groups.post("/cohorts/<code>/groups/proposal")
@requires(MANAGE_PROJECTS)
def take(code: str) -> ResponseReturnValue:
    """Take the arrangement that was looked at."""
    at = managing(code)
    form = ArrangeForm()

    def act() -> None:
        if form.by.data == "random":
            groups_at_random(
                at.session,
                cohort=at.cohort,
                count=form.count.data or 0,
                seed=form.seed.data or 0,
                actor=at.actor,
                now=at.now,
                reviewed=form.reviewed.data,
            )
        else:
            groups_by_organisation(
                at.session, cohort=at.cohort, actor=at.actor, now=at.now, reviewed=form.reviewed.data
            )

    if submitted(form, act):
        flash(_("The groups are as you saw them."))
        return redirect(url_for(".index", code=code))
    return _preview(managing(code), form)


def suggested_count(people: int) -> int:
    """A number of groups of the usual size."""
    return max(1, round(people / USUAL_SIZE))


def usual_seed(at: Desk) -> int:
    """The seed that nobody picked: today's date."""
    return int(f"{day_of(at.now, at.cohort.time_zone):%Y%m%d}")


def _index(at: Desk, form: PlaceForm) -> ResponseReturnValue:
    found = groups_of(at.session, at.cohort.id)
    people = people_of(at.session, at.cohort.id)
    inside = by_group(people)
    projects = projects_of(at.session, at.cohort.id)
    places = standings(at.session, at.cohort.id)
    _offer(form, found)
    return page(
        "projects/groups.html",
        form=form,
        cards=[_card(group, inside, projects, places) for group in found],
        alone=inside.get(None, []),
        names=full_names(people),
        total=len(people),
        ticked=set(_ticked()),
        decided=any(one.outcome for found_ in places.values() for one in found_),
        suggested=suggested_count(len(people)),
        seed=usual_seed(at),
        **frame(at),
    )


def _card(
    group: Group,
    inside: dict[int | None, list[Enrolment]],
    projects: dict[int, Project],
    places: dict[int, list[Standing]],
) -> Card:
    project = projects.get(group.id)
    return Card(
        group,
        group_name(group),
        inside.get(group.id, []),
        title_of(project),
        mentors_line(project),
        state_of(places.get(group.id, [])),
        any(one.outcome for one in places.get(group.id, [])),
    )


def state_of(places: Sequence[Standing]) -> tuple[str, str] | None:
    """Tag and word of the last decision that closed minutes tell, or of a defence that is planned."""
    if not places:
        return None
    last = places[-1]
    if last.closed and last.outcome:
        return OUTCOME_TAGS[last.outcome], outcome_word(last.outcome)
    if last.outcome:
        return "now", _("Minutes open")
    return "wait", _("defends on %(day)s", day=f"{last.day:%d.%m.%Y}")


def _offer(form: PlaceForm, found: Sequence[Group]) -> None:
    choices = [(str(group.id), plain(group_name(group))) for group in found]
    form.target.choices = [("", _("choose")), *choices, (NEW, _("A new group")), (OUT, _("In no group"))]


def _target(at: Desk, chosen: str | None) -> Group | None:
    if chosen == OUT:
        return None
    if chosen == NEW:
        return add_group(at.session, cohort=at.cohort, actor=at.actor, now=at.now)
    if not chosen:
        raise DomainError(Message("Choose the group into which they go."), field="target")
    return get_group(at.session, at.cohort, number_of(chosen))


def _ticked() -> dict[int, int | None]:
    """The people who were ticked, with the group that the page showed: ``number:group``."""
    pairs = (value.partition(":") for value in request.form.getlist("person"))
    return {number_of(number): number_of(group) or None for number, _colon, group in pairs if number_of(number)}


def _preview(at: Desk, form: ArrangeForm) -> ResponseReturnValue:
    people = people_of(at.session, at.cohort.id)
    present = groups_of(at.session, at.cohort.id)
    arrangement = Arrangement(())
    try:
        arrangement = proposal(
            at.session, at.cohort, by=form.by.data or "", count=form.count.data or 0, seed=form.seed.data or 0
        )
    except DomainError as error:
        put_error(form, error)
    places = standings(at.session, at.cohort.id)
    if any(one.outcome for found in places.values() for one in found):
        form.form_errors.append(_("Defences are decided already: the groups stay as they are."))
    form.reviewed.data = present_mark(at.session, at.cohort)
    by_number = {row.number: row for row in people}
    order = {row.number: place for place, row in enumerate(people)}
    gone = leaving(arrangement, present) if arrangement.teams else []
    projects = projects_of(at.session, at.cohort.id)
    teams = [
        (number, [by_number[key] for key in sorted(team.numbers, key=lambda key: order[key])])
        for number, team in enumerate(arrangement.teams, start=1)
    ]
    return page(
        "projects/proposal.html",
        form=form,
        teams=teams,
        of_organisations=form.by.data != "random",
        alone=[by_number[key] for key in arrangement.alone],
        names=full_names(people),
        total=len(people),
        present=len(present),
        staying=len(present) - len(gone),
        gone=[(group_name(group), title_of(projects.get(group.id))) for group in gone],
        **frame(at),
    )
