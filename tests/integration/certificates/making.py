"""A small ministry's worth of made-up people, programmes and accounts for the tests of certificates."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.enums import Role, ScopeKind
from app.accounts.models import Grant, User
from app.accounts.queries import load_actor
from app.accounts.rules import Actor
from app.kernel.partial_date import PartialDate
from app.kernel.text import identity, sort_key
from app.kernel.tri import Tri
from app.organisations.enums import OrganisationKind
from app.organisations.models import Organisation
from app.organisations.services import ensure_organisation
from app.people.enums import NameForm
from app.people.rules import split_full_name
from app.people.services import create_person
from certificates.house import House
from certificates.models import Batch
from certificates.services import Issue, approve, propose
from cohorts.enums import CohortStatus, EnrolmentStatus, ProgrammeKind
from cohorts.models import Cohort, Enrolment, Outline, Programme
from tests.support.visiting import signed_in

NOW = datetime(2024, 7, 5, 6, 30, tzinfo=UTC)
PASSWORD = "a password of the tests"
HOUSE = House(control_key=b"the key of the tests, of no worth", verify_base="http://localhost/verify/", specimen=True)
CONTENT = {"modules": [{"number": 1, "blocks": [{"city": {"kk": "Астана", "ru": "Астана", "en": "Astana"}}]}]}
NAMES = (
    ("Үлгібеков Ғалым Сынақұлы", "Ульгибеков Галым Сынакович", "Ulgibekov Galym Synaquly"),
    ("Қиялбаева Айгерім Тестқызы", "Киялбаева Айгерим Тестовна", "Qiyalbayeva Aigerim"),
    ("Әрекетов Қанат Үлгіұлы", "", ""),
    ("Ұлытест", "", "Ulytest"),
    ("О’Сынақ Д'Арт’ұлы", "О’Сынак Д'Артович", "O’Synaq D'Art’uly"),
)


@cache
def password_hash() -> str:
    """One hash for all: argon2 is slow on purpose."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class World:
    """What a test stands on."""

    session: Session
    prefix: str = "KEL"
    academy: Organisation = field(init=False)
    ministry: Organisation = field(init=False)
    other: Organisation = field(init=False)
    programme: Programme = field(init=False)
    cohort: Cohort = field(init=False)

    def __post_init__(self) -> None:
        self.academy = self.organisation("academy", "Үлгі академиясы", "Типовая академия", "Model Academy")
        self.ministry = self.organisation("ministry-7", "Сынақ министрлігі № 7", "Тестовое министерство № 7", None)
        self.other = self.organisation("ministry-8", "Сынақ министрлігі № 8", "Тестовое министерство № 8", None)
        self.programme = self.make_programme("kel", self.prefix)
        self.cohort = self.make_cohort(self.programme, f"{self.programme.code}-1")

    def organisation(self, code: str, kk: str, ru: str | None, en: str | None) -> Organisation:
        """An organisation."""
        name = Tri(kk=kk, ru=ru, en=en)
        return ensure_organisation(self.session, name=name, kind=OrganisationKind.MINISTRY, code=code)

    def make_programme(self, code: str, prefix: str, **changes: Any) -> Programme:  # noqa: ANN401 - any column
        """A programme whose award the academy issues."""
        award: dict[str, Any] = {
            "issuers": [{"organisation": "academy", "mark": "А", "number_prefix": prefix}],
            "signatories": [{"post": {"kk": "Академия ректоры", "ru": "Ректор Академии", "en": "Rector"}}],
            "handed_over_by": {"kk": "Агенттік төрағасы", "ru": "Председатель Агентства", "en": "Chair of the Agency"},
        }
        title = Tri(kk=f"Басшылық {code}", ru=f"Потенциал руководства {code}", en=f"Executive Leadership {code}")
        values: dict[str, Any] = {
            "code": code,
            "title": title,
            "kind": ProgrammeKind.EXECUTIVE_TRAINING,
            "legal_kind": None,
            "languages": ["kk", "ru"],
            "minutes_per_hour": 45,
            "contact_hours": 72,
            "distance_hours": 49,
            "self_study_hours": None,
            "completion_rule": {},
            "also_called": [],
            "award": award,
            "agreement_id": None,
            "owner_id": self.academy.id,
            "commissioner_id": None,
            "sort_key": sort_key(title.forms()[0]),
            "version": 1,
        }
        content = changes.pop("content", CONTENT)
        programme = Programme(**(values | changes))
        programme.outlines = [Outline(number=1, content=content, created_at=NOW)]
        self.session.add(programme)
        self.session.flush()
        return programme

    def make_cohort(self, programme: Programme, code: str) -> Cohort:
        """A cohort that ended in June 2024."""
        cohort = Cohort(
            code=code,
            programme_id=programme.id,
            outline_id=programme.outlines[0].id,
            title=programme.title,
            planned_size=30,
            starts_on=PartialDate(2024, 1, 15),
            ends_on=PartialDate(2024, 6, 28),
            time_zone="Asia/Almaty",
            completion_rule={},
            status=CohortStatus.RUNNING,
            version=1,
        )
        self.session.add(cohort)
        self.session.flush()
        return cohort

    def enrol(
        self,
        *names: tuple[str, str, str],
        cohort: Cohort | None = None,
        organisation: Organisation | None = None,
        status: EnrolmentStatus = EnrolmentStatus.COMPLETED,
    ) -> list[Enrolment]:
        """People in a cohort; a name is given in Kazakh, Russian and Latin letters, empty where it is not known."""
        cohort = cohort or self.cohort
        number = self.session.query(Enrolment).filter_by(cohort_id=cohort.id).count()
        rows = []
        for kk, ru, latin in names:
            forms = ((NameForm.KK, kk), (NameForm.RU, ru), (NameForm.LATIN, latin))
            person = create_person(self.session, names={form: split_full_name(text) for form, text in forms if text})
            number += 1
            rows.append(
                Enrolment(
                    cohort_id=cohort.id,
                    person_id=person.id,
                    number=number,
                    status=status,
                    organisation_id=(organisation or self.ministry).id,
                    post=Tri(ru="директор департамента"),
                    enrolled_on=date(2024, 1, 15),
                    version=1,
                )
            )
        self.session.add_all(rows)
        self.session.flush()
        return rows

    def many(self, count: int, **where: Any) -> list[Enrolment]:  # noqa: ANN401 - any column
        """Numbered people whose names sort by their numbers."""
        return self.enrol(*((f"Сынақов{n:03} Тест", f"Сынаков{n:03} Тест", "") for n in range(1, count + 1)), **where)

    def actor(
        self,
        role: Role,
        *,
        scope: ScopeKind = ScopeKind.EVERYWHERE,
        scope_id: int | None = None,
        name: str = "",
        person_id: int | None = None,
    ) -> Actor:
        """An account with one grant."""
        email = f"{name or role}@tests.example"
        user = User(
            email=email,
            identity=identity(email),
            display_name=name or str(role),
            password_hash=password_hash(),
            session_version=1,
            active=True,
            language="en",
            person_id=person_id,
            created_at=NOW,
        )
        user.grants = [Grant(role=role, scope=scope, scope_id=scope_id)]
        self.session.add(user)
        self.session.flush()
        actor = load_actor(self.session, user.id, day=NOW.date(), lang="en")
        assert actor is not None
        return actor

    def proposed(self, actor: Actor, *, cohort: Cohort | None = None, **changes: Any) -> Batch:  # noqa: ANN401 - any column
        """A proposal for everybody who completed."""
        values: dict[str, Any] = {
            "order_number": "45",
            "order_date": date(2024, 7, 1),
            "issued_on": date(2024, 7, 5),
            "handed_over_by": Tri(kk="Агенттік төрағасы", ru="Председатель Агентства", en="Chair of the Agency"),
        }
        return propose(self.session, cohort=cohort or self.cohort, actor=actor, now=NOW, **(values | changes))

    def approved(self, batch: Batch, actor: Actor, **changes: Any) -> Issue:  # noqa: ANN401 - any column
        """The issue of a proposal."""
        return approve(self.session, batch=batch, actor=actor, now=NOW, house=HOUSE, **changes)

    def issued(self, *, cohort: Cohort | None = None) -> Issue:
        """Certificates for everybody who completed, by a coordinator and an approver of their own."""
        code = (cohort or self.cohort).code
        coordinator = self.actor(Role.COORDINATOR, name=f"coordinator-{code}")
        approver = self.actor(Role.APPROVER, name=f"approver-{code}")
        return self.approved(self.proposed(coordinator, cohort=cohort), approver)


def sign_in(app: Flask, actor: Actor) -> FlaskClient:
    """A client signed in as an account."""
    return signed_in(app, actor.user_id, actor.session_version)
