"""The experts of a cohort: those from outside who speak, moderate, interpret, mentor or decide."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, selectinload

from app.kernel.errors import NotFoundError
from app.kernel.words import Message
from app.people.enums import NameForm
from app.people.models import Person, PersonName
from app.people.queries import current_name
from modules.models import Expert, Module, ModuleSession, PublishedSession
from modules.rules.audience import expert_ids
from modules.rules.experts import Known, full_line, name_of


def experts_of(session: Session, cohort_id: int) -> Sequence[Expert]:
    """The experts of a cohort with their names, by name; those whose office alone is known come last."""
    rows = session.scalars(
        select(Expert)
        .where(Expert.cohort_id == cohort_id)
        .options(selectinload(Expert.person).selectinload(Person.names))
    )
    return sorted(rows, key=lambda row: (row.person is None, row.person.sort_key if row.person else "", row.id))


def get_expert(session: Session, cohort_id: int, number: int) -> Expert:
    """An expert of a cohort, with the names.

    Raises:
        NotFoundError: there is none with this number in the cohort.

    """
    found = session.scalar(
        select(Expert)
        .where(Expert.id == number, Expert.cohort_id == cohort_id)
        .options(selectinload(Expert.person).selectinload(Person.names))
    )
    if found is None:
        raise NotFoundError(Message("There is no such page"))
    return found


def known(expert: Expert) -> Known:
    """What is known of an expert who is loaded with their names."""
    person = expert.person
    names = {form: name.full for form in NameForm if person and (name := current_name(person, form))}
    return Known(expert.id, names, expert.office, expert.organisation, expert.country)


def expert_name(expert: Expert, lang: str) -> str:
    """The name of an expert in the nearest form that is known, else the office."""
    return name_of(known(expert), lang)


def expert_line(expert: Expert, lang: str) -> str:
    """Name, office, organisation and country of an expert."""
    return full_line(known(expert), lang)


def known_experts(session: Session, ids: Iterable[int]) -> dict[int, Known]:
    """What is known of these experts, by key. One statement, none when there are no keys."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = session.execute(
        select(
            Expert.id,
            Expert.office,
            Expert.organisation,
            Expert.country,
            PersonName.form,
            PersonName.surname,
            PersonName.given_name,
            PersonName.patronymic,
        )
        .outerjoin(PersonName, and_(PersonName.person_id == Expert.person_id, PersonName.valid_to.is_(None)))
        .where(Expert.id.in_(wanted))
        .order_by(Expert.id, PersonName.id)
    )
    found: dict[int, Known] = {}
    for row in rows:
        expert = found.setdefault(row.id, Known(row.id, {}, row.office, row.organisation, row.country))
        if row.form is not None:
            parts = (row.surname, row.given_name, row.patronymic)
            names = {**expert.names, NameForm(row.form): " ".join(part for part in parts if part)}
            found[row.id] = expert._replace(names=names)
    return found


def appearances(session: Session, cohort_id: int) -> dict[int, int]:
    """In how many planned sessions of a cohort each expert has a part. One statement."""
    counts: dict[int, int] = {}
    for people in session.scalars(
        select(ModuleSession.people).join(ModuleSession.module).where(Module.cohort_id == cohort_id)
    ):
        for key in expert_ids(people):
            counts[key] = counts.get(key, 0) + 1
    return counts


def was_published(session: Session, expert: Expert) -> bool:
    """Whether participants have seen an expert in some version of the schedule."""
    rows = session.scalars(select(PublishedSession.people).where(PublishedSession.cohort_id == expert.cohort_id))
    return any(expert.id in expert_ids(people) for people in rows)


def people_in_module(session: Session, module_id: int) -> Sequence[int]:
    """The people behind the experts who have a part in the planned sessions of a module. Two statements."""
    words = session.scalars(select(ModuleSession.people).where(ModuleSession.module_id == module_id)).all()
    keys = expert_ids(word for people in words for word in people)
    wanted = (
        select(Expert.person_id).where(Expert.id.in_(keys), Expert.person_id.is_not(None)).order_by(Expert.person_id)
    )
    return [key for key in session.scalars(wanted.distinct()) if key is not None]
