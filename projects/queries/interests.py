"""Who would judge their own: mentors and people of the same organisation on a commission."""

from collections.abc import Iterable, Mapping, Sequence

from app.kernel.text import search_key
from app.kernel.tri import Tri
from cohorts.models import Enrolment
from projects.models import Commission, Project
from projects.rules.commissions import Interest, Judge, Judged, interests, votes


def interests_of(
    commission: Commission, projects: Iterable[Project], people: Mapping[int, Sequence[Enrolment]]
) -> list[Interest]:
    """The conflicts of interest between a commission and projects, all loaded with their groups and names.

    Organisations are the same when a name of one, in any language, is a name of the other: nothing is guessed.
    """
    judges = [Judge(row.expert_id, _keys([row.expert.organisation])) for row in commission.members if votes(row.duty)]
    groups = []
    for project in projects:
        inside = people.get(project.group_id, ())
        names = [row.organisation.name for row in inside if row.organisation]
        mentors = frozenset(row.expert_id for row in project.mentors)
        groups.append(Judged(project.group_id, mentors, _keys(names)))
    return interests(judges, groups)


def _keys(names: Iterable[Tri | None]) -> frozenset[str]:
    return frozenset(search_key(form) for name in names if name for form in name.forms())
