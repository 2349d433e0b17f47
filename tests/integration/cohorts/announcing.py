"""Announcements for the tests."""

from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert, select

from app.accounts.enums import ScopeKind
from app.accounts.models import User
from app.kernel.tri import Tri
from app.notices.announcing import Audience, announce, remind
from app.notices.models import Announcement
from app.people.enums import NameForm, NameKind
from app.people.models import Person, PersonEmail, PersonName
from cohorts.audiences import audiences_of_cohort
from cohorts.enums import EnrolmentStatus
from cohorts.models import Enrolment
from cohorts.queries import enrolments
from tests.integration.cohorts.world import NOW, World

_keys = count(1)
TEXTS = {
    "title_kk": "Кездесу",
    "text_kk": "Құрметті {name}!\r\n\r\nКездесу 14:00-де.",
    "title_en": "Meeting",
    "text_en": "Dear {name},\r\n\r\nthe meeting is at 14:00.",
}


def key() -> str:
    """The key of a form."""
    return f"{next(_keys):032x}"


def audiences(world: World, name: str = "coordinator", code: str = "kel-1") -> dict[str, Audience]:
    """The audiences that somebody may tell something in a cohort, by kind."""
    cohort = world.cohort(code)
    found = audiences_of_cohort(world.session, world.actor(name), ScopeKind.COHORT, cohort.id, NOW)
    return {one.ref.partition(":")[0]: one for one in found}


def send(world: World, kind: str = "cohort", code: str = "kel-1", **changes: Any) -> Announcement:  # noqa: ANN401 - as in announce
    """Tell an audience something."""
    given: dict[str, Any] = {
        "key": key(),
        "audience": audiences(world, code=code)[kind],
        "title": Tri(kk="Кездесу", en="Meeting"),
        "body": Tri(kk="Құрметті {name}!", en="Dear {name}"),
        "by_mail": True,
        "actor": world.actor("coordinator"),
        "now": NOW,
        **changes,
    }
    return announce(world.session, **given)


def remind_rest(world: World, sent: Announcement, *, by: str = "coordinator", minutes: int = 60) -> int:
    """Remind those of an audience who have not seen it, some time after it was sent."""
    return remind(
        world.session,
        announcement=sent,
        people=audiences(world)["cohort"].people(),
        actor=world.actor(by),
        now=NOW + timedelta(minutes=minutes),
    )


def account_of(world: World, number: int, code: str = "kel-1") -> User:
    """Give somebody of a cohort, by their number, the account of the participant."""
    person_id = next(row.person_id for row in enrolments(world.session, world.cohort(code).id) if row.number == number)
    user = world.users["participant"]
    user.person_id = person_id
    world.session.flush()
    return user


def crowd(world: World, many: int, code: str = "kel-1") -> None:
    """Enrol a crowd, each with a name and an address."""
    session, cohort = world.session, world.cohort(code)
    first = (session.scalar(select(Person.id).order_by(Person.id.desc()).limit(1)) or 0) + 1
    people = range(first, first + many)
    session.execute(
        insert(Person), [{"id": key, "search_key": f"{key}", "sort_key": f"{key:07}", "version": 1} for key in people]
    )
    session.execute(
        insert(PersonName),
        [
            {"person_id": key, "form": NameForm.KK, "kind": NameKind.STATED, "surname": f"Сынақбаев {key}"}
            for key in people
        ],
    )
    session.execute(
        insert(PersonEmail),
        [{"person_id": key, "address": f"p{key}@example.org", "identity": f"p{key}@example.org"} for key in people],
    )
    session.execute(
        insert(Enrolment),
        [
            {
                "cohort_id": cohort.id,
                "person_id": key,
                "number": number,
                "status": EnrolmentStatus.ENROLLED,
                "enrolled_on": NOW.date(),
                "version": 1,
            }
            for number, key in enumerate(people, start=1)
        ],
    )
    session.flush()
