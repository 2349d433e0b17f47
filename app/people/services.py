"""Changing people."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.clock import day_of
from app.kernel.text import identity, search_key, sort_key
from app.people.enums import NameForm, NameKind
from app.people.models import Person, PersonEmail, PersonName
from app.people.queries import current_name, current_name_row
from app.people.rules import PersonalName


def _refresh_keys(person: Person) -> None:
    forms = [name.full for form in NameForm if (name := current_name(person, form))]
    person.search_key = " ".join(dict.fromkeys(search_key(form) for form in forms))[:1000]
    person.sort_key = sort_key(forms[0])


def create_person(
    session: Session,
    *,
    names: Mapping[NameForm, PersonalName],
    iin: str | None = None,
    passport: str | None = None,
    citizenship: str | None = None,
    phone: str | None = None,
    emails: Iterable[str] = (),
    flush: bool = True,
) -> Person:
    """Add a person with at least one form of the name.

    Args:
        flush: False leaves it to the caller, who adds thousands and sends them together.

    Raises:
        ValueError: no form of the name was given (a programming error, not a user's).

    """
    if not names:
        msg = "a person needs a name"
        raise ValueError(msg)
    person = Person(iin=iin, passport=passport, citizenship=citizenship, phone=phone, version=1)
    for form, name in names.items():
        person.names.append(_row(form, name, NameKind.STATED, None))
    person.emails = [PersonEmail(address=address, identity=identity(address)) for address in dict.fromkeys(emails)]
    _refresh_keys(person)
    session.add(person)
    if flush:
        session.flush()
    return person


def _row(form: NameForm, name: PersonalName, kind: NameKind, day: date | None) -> PersonName:
    return PersonName(
        form=form,
        kind=kind,
        surname=name.surname,
        given_name=name.given_name,
        patronymic=name.patronymic,
        valid_from=day,
        valid_to=None,
    )


def change_names(
    session: Session,
    *,
    person: Person,
    names: Mapping[NameForm, PersonalName],
    kind: NameKind,
    reason: str,
    actor: Actor | None,
    now: datetime,
) -> bool:
    """Give a person other spellings from today on; the former ones stay with an end date.

    Args:
        names: the forms that change; a form that is already so is left alone.
        reason: which document shows it; goes to the audit.

    Returns:
        Whether anything changed.

    """
    today = day_of(now)
    changed = [form for form, name in names.items() if current_name(person, form) != name]
    for form in changed:
        old = current_name_row(person, form)
        if old is not None:
            old.valid_to = today
        person.names.append(_row(form, names[form], kind, today))
    if changed:
        _refresh_keys(person)
        person.version += 1
        record(
            session,
            act="people.renamed",
            subject="person",
            subject_id=person.id,
            actor=actor,
            now=now,
            forms=[str(form) for form in changed],
            reason=reason,
        )
        session.flush()
    return bool(changed)


def end_names(session: Session, *, person: Person, forms: Iterable[NameForm], now: datetime) -> None:
    """Let spellings end that are not known any more; one always stays."""
    rows = [row for form in forms if (row := current_name_row(person, form))]
    if rows and len(rows) < sum(1 for form in NameForm if current_name_row(person, form)):
        for row in rows:
            row.valid_to = day_of(now)
        _refresh_keys(person)
        person.version += 1
        session.flush()


def add_email(session: Session, *, person: Person, address: str) -> None:
    """Add a contact address unless the person has it already."""
    if identity(address) not in {row.identity for row in person.emails}:
        person.emails.append(PersonEmail(address=address, identity=identity(address)))
        session.add(person)
