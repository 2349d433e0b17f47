"""Taking in programme files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.rules import Actor
from app.audit.services import record
from app.kernel.errors import FileRefusedError
from app.kernel.text import search_key, sort_key
from app.kernel.words import Message
from app.organisations.models import Organisation
from app.organisations.services import ensure_organisation
from cohorts.models import Agreement, Cohort, Outline, Programme
from cohorts.schema import AgreementSpec, CohortSpec, OrganisationSpec, ProgrammeDocument, partial
from cohorts.services.intakes import create_cohort


@dataclass(frozen=True, slots=True)
class ImportedProgramme:
    """What an import did.

    Args:
        changed: whether anything was written.
        outline_added: the number of the new version of the outline, or None.
        cohorts: the cohorts that were created.

    """

    programme: Programme
    changed: bool
    outline_added: int | None
    cohorts: tuple[Cohort, ...]


def import_programme(
    session: Session, *, document: ProgrammeDocument, actor: Actor | None, now: datetime
) -> ImportedProgramme:
    """Take in a checked programme file: the same file again changes nothing.

    A changed outline becomes a new version; existing cohorts keep the one that they started with. Cohorts that exist
    already are left as they are.

    Raises:
        FileRefusedError: a code of the file belongs to something else here.

    """
    organisations = {spec.code: _organisation(session, spec) for spec in document.organisations}
    values = _values(document, organisations)
    values["agreement_id"] = _agreement(session, document.agreement)
    programme = session.scalar(select(Programme).where(Programme.code == document.programme.code))
    changed = _assign(programme, values) if programme else True
    if programme is None:
        programme = Programme(code=document.programme.code, version=1, outlines=[], **values)
        session.add(programme)
    elif changed:
        programme.version += 1
    session.flush()
    outline_added = _outline(session, programme, document.outline.model_dump(mode="json"), now)
    cohorts = tuple(
        cohort
        for spec in document.cohorts
        if (cohort := _cohort(session, programme, spec, actor=actor, now=now)) is not None
    )
    outcome = ImportedProgramme(programme, changed or bool(outline_added or cohorts), outline_added, cohorts)
    if outcome.changed:
        record(
            session,
            act="cohorts.programme_imported",
            subject="programme",
            subject_id=programme.id,
            actor=actor,
            now=now,
            code=programme.code,
            outline=outline_added,
        )
        session.flush()
    return outcome


def _values(document: ProgrammeDocument, organisations: dict[str, Organisation]) -> dict[str, Any]:
    """The columns of the programme as the file gives them."""
    spec = document.programme
    return {
        "title": spec.title.tri(),
        "kind": spec.kind,
        "legal_kind": spec.legal_kind,
        "also_called": list(spec.also_called),
        "assumed": list(spec.assumed),
        "languages": list(spec.languages),
        "minutes_per_hour": spec.hours.minutes_per_academic_hour,
        "contact_hours": spec.hours.contact,
        "distance_hours": spec.hours.distance,
        "self_study_hours": spec.hours.self_study,
        "completion_rule": spec.completion.model_dump(mode="json"),
        "award": spec.award.model_dump(mode="json"),
        "owner_id": organisations[spec.owner].id,
        "commissioner_id": organisations[spec.commissioner].id if spec.commissioner else None,
        "sort_key": sort_key(spec.title.tri().forms()[0]),
    }


def _assign(row: Programme | Agreement, values: dict[str, Any]) -> bool:
    """Write the columns that differ; whether any did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def _refusal(reason: Message) -> FileRefusedError:
    return FileRefusedError(Message("The programme file was refused; nothing was written."), problems=[reason])


def _organisation(session: Session, spec: OrganisationSpec) -> Organisation:
    """The organisation that the file means; one that a roster named before gets its code now."""
    name = spec.name.tri()
    organisation = ensure_organisation(
        session,
        name=name,
        kind=spec.kind,
        code=spec.code,
        country=spec.country,
        city=spec.city.tri() if spec.city else None,
        time_zone=spec.time_zone,
    )
    if organisation.code is None:
        organisation.code = spec.code
        organisation.kind = spec.kind
    known = {search_key(form) for form in organisation.name.forms()}
    known |= {search_key(form) for former in organisation.former_names for form in former.name.forms()}
    if organisation.code != spec.code or known.isdisjoint(search_key(form) for form in name.forms()):
        raise _refusal(
            Message(
                "organisations: %(name)s is known here with the code %(code)s.",
                name=organisation.name.forms()[0],
                code=organisation.code,
            )
        )
    return organisation


def _agreement(session: Session, spec: AgreementSpec | None) -> int | None:
    if spec is None:
        return None
    values: dict[str, Any] = {
        "title": spec.title.tri(),
        "parties": list(spec.parties),
        "signed_on": partial(spec.signed_on),
    }
    agreement = session.scalar(select(Agreement).where(Agreement.code == spec.code))
    if agreement is None:
        agreement = Agreement(code=spec.code, **values)
        session.add(agreement)
    else:
        _assign(agreement, values)
    session.flush()
    return agreement.id


def _outline(session: Session, programme: Programme, content: dict[str, Any], now: datetime) -> int | None:
    """Add a version of the outline unless the last one is the same."""
    last = programme.outlines[-1] if programme.outlines else None
    if last is not None and last.content == content:
        return None
    number = last.number + 1 if last else 1
    programme.outlines.append(Outline(number=number, content=content, created_at=now))
    session.flush()
    return number


def _cohort(
    session: Session, programme: Programme, spec: CohortSpec, *, actor: Actor | None, now: datetime
) -> Cohort | None:
    """Create a cohort that the file lists, unless it exists."""
    known = session.scalar(select(Cohort).where(Cohort.code == spec.code))
    if known is not None:
        if known.programme_id != programme.id:
            raise _refusal(Message("cohorts: the code %(code)s belongs to another programme.", code=spec.code))
        return None
    return create_cohort(
        session,
        programme=programme,
        code=spec.code,
        title=spec.title.tri() if spec.title else None,
        planned_size=spec.planned_size,
        starts_on=partial(spec.start),
        ends_on=partial(spec.end),
        time_zone=spec.time_zone,
        status=spec.status,
        actor=actor,
        now=now,
    )
