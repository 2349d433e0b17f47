"""Groups, people and experts of the world, for sessions that are not for everybody."""

from sqlalchemy import select

from app.accounts.models import User
from app.kernel.tri import Tri
from app.people.enums import NameForm
from app.people.rules import split_full_name
from cohorts.models import Enrolment, Group
from cohorts.services.groups import ensure_group
from modules.models import Expert
from modules.services import add_expert
from tests.integration.modules.world import NOW, World

ONE, TWO, THREE = 1, 2, 3  # the people of the world by number; the participant is the first, the colleague the second


def enrolled(world: World, number: int) -> Enrolment:
    """Somebody by the number on the roster."""
    wanted = select(Enrolment).where(Enrolment.cohort_id == world.cohort.id, Enrolment.number == number)
    return world.session.scalars(wanted).one()


def group_of(world: World, label: str, *numbers: int) -> Group:
    """A group with these people in it, and nobody else."""
    group = ensure_group(world.session, cohort=world.cohort, label=label)
    for row in world.session.scalars(select(Enrolment).where(Enrolment.group_id == group.id)):
        row.group_id = None
    for number in numbers:
        enrolled(world, number).group_id = group.id
    world.session.flush()
    return group


def expert(world: World, name: str = "Үлгілі Сынақ", office: str | None = "Professor") -> Expert:
    """Somebody from outside."""
    return add_expert(
        world.session,
        cohort=world.cohort,
        names={NameForm.KK: split_full_name(name)} if name else {},
        office=Tri(en=office) if office else None,
        organisation=None,
        country="KZ",
        actor=None,
        now=NOW,
    )


def person_of(user: User) -> int:
    """The person of an account."""
    assert user.person_id is not None
    return user.person_id
