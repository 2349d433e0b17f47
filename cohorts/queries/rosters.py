"""Reading what a roster is compared with, and rosters that wait to be taken in."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from app.kernel.errors import NotFoundError
from app.kernel.text import identity, search_key, sort_key
from app.kernel.words import Message
from app.organisations.models import Organisation
from app.people.models import Person, PersonEmail, Post
from app.people.queries import display_name
from cohorts.models import Cohort, Enrolment, RosterUpload
from cohorts.roster.cells import Entry, Scholarship, name_key
from cohorts.roster.judging import Enrolled, KnownPerson

CHUNK = 500
UPLOAD_WAITS = timedelta(hours=24)


def people_by_id(session: Session, ids: Collection[int]) -> dict[int, Person]:
    """People with names, addresses and posts, by their keys."""
    found: dict[int, Person] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        wanted = select(Person).where(Person.id.in_(ordered[start : start + CHUNK]))
        loaded = wanted.options(
            selectinload(Person.names),
            selectinload(Person.emails),
            selectinload(Person.posts).selectinload(Post.organisation),
        )
        found.update((person.id, person) for person in session.scalars(loaded))
    return found


def enrolled_by_person(session: Session, cohort: Cohort, ids: Collection[int]) -> dict[int, Enrolment]:
    """The enrolments of these people in a cohort, by the people's keys."""
    rows = _enrolled(session, ids)
    return {key: row for key, found in rows.items() for row in found if row.cohort_id == cohort.id}


def known_people(session: Session, cohort: Cohort, entries: Sequence[Entry]) -> list[KnownPerson]:
    """Everybody whom a row may mean: by IIN, passport, e-mail or name, and what is known of them in this cohort."""
    found: dict[int, Person] = {}
    for condition in _conditions(cohort, entries):
        wanted = select(Person).where(condition).order_by(Person.id)
        loaded = wanted.options(
            selectinload(Person.names),
            selectinload(Person.emails),
            selectinload(Person.posts).selectinload(Post.organisation),
        )
        found.update((person.id, person) for person in session.scalars(loaded))
    enrolled = _enrolled(session, found)
    return [_known(person, cohort, enrolled.get(person.id, [])) for _, person in sorted(found.items())]


def _conditions(cohort: Cohort, entries: Sequence[Entry]) -> Iterator[ColumnElement[bool]]:
    # Those of the cohort itself: the same file must find them by a name that was corrected since.
    yield Person.id.in_(select(Enrolment.person_id).where(Enrolment.cohort_id == cohort.id))
    for chunk in _chunks({entry.iin for entry in entries if entry.iin}):
        yield Person.iin.in_(chunk)
    for chunk in _chunks({entry.passport for entry in entries if entry.passport}):
        yield Person.passport.in_(chunk)
    for chunk in _chunks({identity(entry.email) for entry in entries if entry.email}):
        yield Person.id.in_(select(PersonEmail.person_id).where(PersonEmail.identity.in_(chunk)))
    for chunk in _chunks({sort_key(name.full) for entry in entries for name in entry.names.values()}):
        yield Person.sort_key.in_(chunk)


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def _enrolled(session: Session, person_ids: Collection[int]) -> dict[int, list[Enrolment]]:
    """All enrolments of these people, in any cohort, with the organisations."""
    rows: dict[int, list[Enrolment]] = {}
    ordered = sorted(person_ids)
    for start in range(0, len(ordered), CHUNK):
        wanted = select(Enrolment).where(Enrolment.person_id.in_(ordered[start : start + CHUNK]))
        loaded = wanted.options(selectinload(Enrolment.organisation), selectinload(Enrolment.group))
        for row in session.scalars(loaded.order_by(Enrolment.id)):
            rows.setdefault(row.person_id, []).append(row)
    return rows


def _known(person: Person, cohort: Cohort, enrolled: Sequence[Enrolment]) -> KnownPerson:
    organisations = [post.organisation for post in person.posts] + [row.organisation for row in enrolled]
    here = next((row for row in enrolled if row.cohort_id == cohort.id), None)
    return KnownPerson(
        id=person.id,
        shown=display_name(person, "kk"),
        iin=person.iin,
        passport=person.passport,
        names=frozenset(name_key(name.full) for name in person.names),
        emails=frozenset(email.identity for email in person.emails),
        organisations=frozenset(
            search_key(form) for organisation in organisations if organisation for form in organisation.name.forms()
        ),
        enrolled=_facts(person, here) if here else None,
        citizenship=person.citizenship,
    )


def _facts(person: Person, enrolment: Enrolment) -> Enrolled:
    """What is true today: the latest post if there is one, else that of the enrolment."""
    present = [post for post in person.posts if post.valid_to is None]
    title = present[-1].title if present else enrolment.post
    organisation: Organisation | None = present[-1].organisation if present else enrolment.organisation
    named = organisation.name if organisation else None
    return Enrolled(
        organisation=named.forms()[0] if named else "",
        post=title.forms()[0] if title else "",
        phone=person.phone or "",
        group=enrolment.group.label if enrolment.group else "",
        category=enrolment.category or "",
        nomination=enrolment.nomination or "",
        scholarship=scholarship_of(enrolment),
        other_forms=frozenset(search_key(form) for text in (named, title) if text for form in text.forms()[1:]),
    )


def scholarship_of(enrolment: Enrolment) -> Scholarship:
    """What is known of who pays for somebody."""
    return Scholarship(enrolment.funder, enrolment.funding_decision, enrolment.funded_from, enrolment.funded_to)


def get_upload(session: Session, *, cohort: Cohort, token: str, user_id: int, now: datetime) -> RosterUpload:
    """A roster that waits to be taken in, for the person who uploaded it, within 24 hours.

    Raises:
        NotFoundError: there is none, it is somebody else's, or its day is over.

    """
    upload = session.scalar(
        select(RosterUpload).where(
            RosterUpload.token == token,
            RosterUpload.cohort_id == cohort.id,
            RosterUpload.user_id == user_id,
            RosterUpload.created_at > now - UPLOAD_WAITS,
        )
    )
    if upload is None:
        raise NotFoundError(Message("There is no such page."))
    return upload
