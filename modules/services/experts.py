"""The experts of a cohort: adding, changing and removing them, until the cohort is closed (then: DomainError)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.countries import countries
from app.kernel.errors import ConflictError, Difference, DomainError, NotFoundError
from app.kernel.text import clean
from app.kernel.tri import LANGUAGES, Tri
from app.kernel.words import Message
from app.people.enums import NameForm, NameKind
from app.people.models import Person
from app.people.queries import current_name
from app.people.rules import PersonalName
from app.people.services import change_names, create_person, end_names
from cohorts.models import Cohort
from cohorts.services.closing import refuse_closed
from cohorts.services.people import NAME_LABELS
from modules.models import Expert
from modules.queries.experts import appearances, was_published
from modules.rules.facts import LONGEST_LINE

SUBJECT = "expert"
LONGEST_NAME = 120  # of each part


def add_expert(
    session: Session,
    *,
    cohort: Cohort,
    names: Mapping[NameForm, PersonalName],
    office: Tri | None,
    organisation: Tri | None,
    country: str | None,
    actor: Actor | None,
    now: datetime,
) -> Expert:
    """Add somebody from outside to a cohort; a source may give the office alone, without a name.

    Args:
        names: surname first, by form; empty when the source names nobody.
        country: two letters (ISO 3166-1), None when not known.

    Raises:
        DomainError: neither a name nor an office, a text that is too long, or no such country.

    """
    refuse_closed(session, cohort.id)
    checked = _check_names(names)
    office, organisation = _check_text(office, "office"), _check_text(organisation, "organisation")
    _check_enough(checked, office)
    expert = Expert(
        cohort_id=cohort.id,
        person=create_person(session, names=checked) if checked else None,
        office=office,
        organisation=organisation,
        country=_check_country(country),
    )
    session.add(expert)
    session.flush()
    _record(session, "modules.expert_added", expert, actor, now)
    return expert


def change_expert(
    session: Session,
    *,
    expert: Expert,
    names: Mapping[NameForm, PersonalName],
    office: Tri | None,
    organisation: Tri | None,
    country: str | None,
    version: int,
    actor: Actor | None,
    now: datetime,
) -> Expert:
    """Change what is known of an expert; participants read it at once, as a name is corrected, not published.

    Args:
        names: those that are known now; a form that is left out is not known any more.
        version: the version of the row that the editor looked at.

    Raises:
        ConflictError: somebody else changed it since.
        DomainError: neither a name nor an office, a text that is too long, or no such country.

    """
    refuse_closed(session, expert.cohort_id)
    checked = _check_names(names)
    office, organisation = _check_text(office, "office"), _check_text(organisation, "organisation")
    _check_enough(checked, office)
    country = _check_country(country)
    _lock(session, expert, version, checked, (office, organisation, country))
    _rename(session, expert, checked, actor, now)
    expert.office, expert.organisation, expert.country = office, organisation, country
    expert.version += 1
    session.flush()
    _record(session, "modules.expert_changed", expert, actor, now)
    return expert


def remove_expert(session: Session, *, expert: Expert, version: int, actor: Actor | None, now: datetime) -> None:
    """Take an expert off the list of a cohort.

    Raises:
        ConflictError: somebody else changed it since.
        DomainError: the expert has a part in a session, published or not, or in a project or a commission.

    """
    refuse_closed(session, expert.cohort_id)
    names = {form: name for form in NameForm if expert.person and (name := current_name(expert.person, form))}
    _lock(session, expert, version, names, (expert.office, expert.organisation, expert.country))
    in_use = DomainError(Message("Not removed: this expert has a part in a session, a project or a commission."))
    if expert.id in appearances(session, expert.cohort_id) or was_published(session, expert):
        raise in_use
    try:
        with session.begin_nested():
            session.delete(expert)
    except IntegrityError:
        raise in_use from None
    _record(session, "modules.expert_removed", expert, actor, now)
    session.flush()


def _rename(
    session: Session, expert: Expert, names: Mapping[NameForm, PersonalName], actor: Actor | None, now: datetime
) -> None:
    person = expert.person
    if person is None:
        expert.person = create_person(session, names=names) if names else None
        return
    if not names:
        expert.person = None
        return
    change_names(
        session, person=person, names=names, kind=NameKind.STATED, reason="list of experts", actor=actor, now=now
    )
    end_names(session, person=person, forms=[form for form in NameForm if form not in names], now=now)


def _lock(
    session: Session,
    expert: Expert,
    version: int,
    names: Mapping[NameForm, PersonalName],
    typed: tuple[Tri | None, Tri | None, str | None],
) -> None:
    """Hold the row until the commit, and refuse to write over what the editor did not see."""
    held = session.scalar(select(Expert.id).where(Expert.id == expert.id).with_for_update())
    if held is None:
        raise NotFoundError(Message("There is no such page"))
    session.refresh(expert)
    if expert.version == version:
        return
    person = expert.person
    differences = [
        Difference(label, _full(_now(person, form)), _full(names.get(form))) for form, label in NAME_LABELS.items()
    ]
    labels = (Message("Office"), Message("Organisation"), Message("Country"))
    saved = (expert.office, expert.organisation, expert.country)
    differences += [
        Difference(label, _said(old), _said(new)) for label, old, new in zip(labels, saved, typed, strict=True)
    ]
    raise ConflictError(
        Message("Somebody else changed this expert while you were editing. Yours was not saved."),
        differences=differences,
        version=expert.version,
    )


def _now(person: Person | None, form: NameForm) -> PersonalName | None:
    return current_name(person, form) if person else None


def _full(name: PersonalName | None) -> str:
    return name.full if name else ""


def _said(value: Tri | str | None) -> str:
    return " · ".join(value.forms()) if isinstance(value, Tri) else value or ""


def _check_names(names: Mapping[NameForm, PersonalName]) -> dict[NameForm, PersonalName]:
    for form, name in names.items():
        if any(len(part) > LONGEST_NAME for part in (name.surname, name.given_name, name.patronymic) if part):
            raise DomainError(Message("The name is too long."), field=f"name_{form}")
    return {form: name for form, name in names.items() if name.surname}


def _check_text(text: Tri | None, field: str) -> Tri | None:
    if text is None:
        return None
    cleaned = {lang: clean(text.get(lang) or "") or None for lang in LANGUAGES}
    for lang, value in cleaned.items():
        if value and len(value) > LONGEST_LINE:
            raise DomainError(
                Message("This text is too long: at most %(n)s characters.", n=LONGEST_LINE), field=f"{field}_{lang}"
            )
    return Tri(**cleaned, assumed=text.assumed & {lang for lang, value in cleaned.items() if value}) or None


def _check_enough(names: Mapping[NameForm, PersonalName], office: Tri | None) -> None:
    if not names and not office:
        raise DomainError(Message("Enter a name, or the office when the name is not known."), field="name_kk")


def _check_country(country: str | None) -> str | None:
    if country and country not in {code for code, _name in countries("en")}:
        raise DomainError(Message("Choose the country from the list."), field="country")
    return country or None


def _record(session: Session, act: str, expert: Expert, actor: Actor | None, now: datetime) -> None:
    record(session, act=act, subject=SUBJECT, subject_id=expert.id, actor=actor, now=now, cohort=expert.cohort_id)
