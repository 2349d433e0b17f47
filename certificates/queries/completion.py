"""The completion ledger of a cohort: worked out anew from the evidence each time, so that no verdict can be stale."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.kernel.errors import NotFoundError
from app.kernel.tri import Tri
from app.kernel.words import Message
from app.organisations.enums import OrganisationKind
from app.organisations.models import Organisation
from certificates.conditions import judged
from certificates.enums import CertificateStatus
from certificates.models import Batch, BatchItem, Certificate, Waiver
from certificates.rules.completion import NOT_JUDGED, Condition, Item, LetOff, Standing, standing_of, unit_holds
from cohorts.conditions import Finding, Verdict
from cohorts.enums import EnrolmentStatus
from cohorts.models import Cohort, Enrolment, Group
from cohorts.queries import enrolments
from cohorts.schema import CompletionSpec

_NUMBER = re.compile(r"\d+")
# Whoever withdrew is judged by nothing.
JUDGED = (EnrolmentStatus.ENROLLED, EnrolmentStatus.COMPLETED, EnrolmentStatus.NOT_COMPLETED)


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the ledger.

    Args:
        unit: the key of the group or organisation that the person completes with; None: there is none.
        certificate: the number of the valid certificate, or "".

    """

    enrolment: Enrolment
    unit: int | None
    items: tuple[Item, ...]
    certificate: str = ""

    @property
    def standing(self) -> Standing:
        """All conditions together."""
        return standing_of(self.items)

    @property
    def complete(self) -> bool:
        """Every condition is met or waived."""
        return self.standing == Standing.COMPLETE

    @property
    def waived(self) -> tuple[Item, ...]:
        """The conditions that the person was let off."""
        return tuple(item for item in self.items if item.waived)


@dataclass(frozen=True, slots=True)
class Unit:
    """A group or organisation with its people, or (``key`` None) the people who belong to none.

    Args:
        name: an organisation's, or the label of a group.
        item: the unit's own condition, as the first of its people shows it.
        holds: the unit's own condition is met. A waiver lets persons off, not their team.

    """

    key: int | None
    name: Tri | str
    rows: tuple[Row, ...]
    item: Item | None
    holds: bool


@dataclass(frozen=True)
class Ledger:
    """Everybody of a cohort who did not withdraw, and how they stand to each condition of its rule.

    Args:
        unit: who completes: ``person``, ``group``, ``organisation``, or ``university`` when all organisations are.
        units: the units in their order; a rule for persons has one, of everybody.

    """

    rule: CompletionSpec
    unit: str
    units: tuple[Unit, ...]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Everybody, unit by unit."""
        return tuple(row for unit in self.units for row in unit.rows)

    @cached_property
    def teams(self) -> tuple[Unit, ...]:
        """The units that can complete; people without one are none."""
        return tuple(unit for unit in self.units if unit.key is not None)

    @property
    def score(self) -> tuple[int, int]:
        """How many units are complete, of how many: teams by their own condition, persons by all of theirs."""
        if self.unit != "person":
            return sum(unit.holds for unit in self.teams), len(self.teams)
        return self.count(Standing.COMPLETE), len(self.rows)

    def count(self, standing: Standing) -> int:
        """How many people stand so."""
        return sum(row.standing == standing for row in self.rows)

    def without(self, condition: Condition, *, decided: bool) -> tuple[int, int]:
        """How many teams and people a condition does not hold for, waivers left out.

        Args:
            decided: only those of whom the evidence says that it is not met.

        """
        verdicts = {Verdict.NOT_MET} if decided else {Verdict.NOT_MET, Verdict.OPEN}
        rows = [
            row
            for row in self.rows
            for item in row.items
            if item.condition == condition and not item.holds and item.finding.verdict in verdicts
        ]
        return len({row.unit for row in rows if row.unit is not None}), len(rows)

    def of(self, enrolment_id: int) -> Row | None:
        """One person's row; None for whoever withdrew."""
        return next((row for row in self.rows if row.enrolment.id == enrolment_id), None)


def rule_of(cohort: Cohort) -> CompletionSpec:
    """The completion rule that the cohort started with."""
    return CompletionSpec.model_validate(cohort.completion_rule)


def ledger(session: Session, cohort: Cohort) -> Ledger:
    """How everybody of a cohort stands today; as many statements for three people as for three hundred."""
    rule = rule_of(cohort)
    people = enrolments(session, cohort.id, statuses=JUDGED)
    findings = {condition.key: judged(session, cohort, condition) for condition in rule.conditions}
    waivers = _waivers(session, cohort)
    numbers = _valid_numbers(session, cohort)
    rows = []
    for person in people:
        items = tuple(
            Item(condition, findings[condition.key].get(person.id, NOT_JUDGED), waivers.get((person.id, condition.key)))
            for condition in rule.conditions
        )
        rows.append(Row(person, _unit_of(person, rule), items, numbers.get(person.person_id, "")))
    if rule.unit == "person":
        return Ledger(rule, "person", (Unit(None, "", tuple(rows), None, holds=False),))
    return _by_unit(session, rule, rows)


def _unit_of(person: Enrolment, rule: CompletionSpec) -> int | None:
    """The group, or the organisation whose team the person is in, else the one that sent them."""
    if rule.unit == "group":
        return person.group_id
    if rule.unit == "organisation":
        return (person.group.organisation_id if person.group else None) or person.organisation_id
    return None


def _waivers(session: Session, cohort: Cohort) -> Mapping[tuple[int, str], LetOff]:
    """The waivers in force, by enrolment and condition."""
    rows = session.scalars(
        select(Waiver)
        .join(Waiver.enrolment)
        .where(Enrolment.cohort_id == cohort.id, Waiver.withdrawn_at.is_(None))
        .order_by(Waiver.id)
    )
    return {(row.enrolment_id, row.condition): LetOff(row.id, row.reason, row.document, row.granted_at) for row in rows}


def _valid_numbers(session: Session, cohort: Cohort) -> dict[int, str]:
    """The numbers of the valid certificates of a cohort, by person."""
    valid = select(Certificate.person_id, Certificate.number).where(
        Certificate.cohort_id == cohort.id, Certificate.status == CertificateStatus.VALID
    )
    return dict(session.execute(valid).all())


def _by_unit(session: Session, rule: CompletionSpec, rows: Sequence[Row]) -> Ledger:
    keys = {row.unit for row in rows if row.unit is not None}
    word: str = rule.unit
    names: dict[int | None, tuple[Tri | str, object]] = {}
    if rule.unit == "group":
        groups = session.scalars(select(Group).where(Group.id.in_(keys)))
        names = {group.id: (group.label, (group.position, group.id)) for group in groups}
    else:
        bodies = session.scalars(select(Organisation).where(Organisation.id.in_(keys))).all()
        names = {body.id: (body.name, (_by_number(body.sort_key), body.id)) for body in bodies}
        if bodies and all(body.kind == OrganisationKind.UNIVERSITY for body in bodies):
            word = "university"
    by_name = sorted(rows, key=lambda row: (row.unit is None, names[row.unit][1] if row.unit is not None else 0))
    units = tuple(
        _unit(key, names.get(key, ("", 0))[0], tuple(found), rule)
        for key, found in groupby(by_name, key=lambda row: row.unit)
    )
    return Ledger(rule, word, units)


def _by_number(text: str) -> str:
    """A key that puts No. 2 before No. 10."""
    return _NUMBER.sub(lambda found: found[0].zfill(9), text)


def _unit(key: int | None, name: Tri | str, rows: tuple[Row, ...], rule: CompletionSpec) -> Unit:
    own = [item for row in rows for item in row.items if item.condition.unit == rule.unit]
    return Unit(key, name, rows, own[0] if own else None, holds=unit_holds(item.finding for item in own))


@dataclass(frozen=True, slots=True)
class Past:
    """What was decided about one person: waivers, newest first, and the batches that the person was in."""

    waivers: Sequence[Waiver]
    batches: Sequence[Batch]
    certificates: Sequence[Certificate]


def past_of(session: Session, enrolment: Enrolment) -> Past:
    """What was decided about one person."""
    return Past(
        session.scalars(select(Waiver).where(Waiver.enrolment_id == enrolment.id).order_by(Waiver.id.desc())).all(),
        session.scalars(
            select(Batch)
            .join(BatchItem, BatchItem.batch_id == Batch.id)
            .where(BatchItem.enrolment_id == enrolment.id)
            .order_by(Batch.id.desc())
        ).all(),
        session.scalars(
            select(Certificate).where(Certificate.enrolment_id == enrolment.id).order_by(Certificate.id.desc())
        ).all(),
    )


def get_waiver(session: Session, enrolment: Enrolment, key: int) -> Waiver:
    """One waiver of a person.

    Raises:
        NotFoundError: the person has no such waiver.

    """
    waiver = session.scalar(
        select(Waiver)
        .where(Waiver.id == key, Waiver.enrolment_id == enrolment.id)
        .options(selectinload(Waiver.enrolment))
    )
    if waiver is None:
        raise NotFoundError(Message("There is no such page."))
    return waiver


def finding_of(session: Session, enrolment: Enrolment, condition: Condition) -> Finding:
    """How one person stands to one condition."""
    return judged(session, enrolment.cohort, condition).get(enrolment.id, NOT_JUDGED)
