"""Marking people by an order, correcting names, closing a cohort."""

from collections.abc import Mapping
from datetime import date

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.kernel.errors import ConflictError, DomainError, NotFoundError
from app.people.enums import NameForm, NameKind
from app.people.queries import current_name
from app.people.rules import PersonalName
from cohorts.enums import CohortStatus, EnrolmentStatus
from cohorts.queries import completed_enrolments, get_enrolment, last_order, status_counts
from cohorts.services import StillOpenError, change_status, close_cohort, correct_name, open_matters, start_cohort
from cohorts.signals import CohortClosing, Matter, StatusChanging, cohort_closing, status_changing
from tests.integration.cohorts.world import NOW, ORDER_DAY, World

NAMES = ("Бекова Ада", "Әлиева Сара", "Қанатов Үміт")


@pytest.fixture(autouse=True)
def people(world: World) -> None:
    world.enrol(*NAMES)


def mark(
    world: World,
    numbers: Mapping[int, int | None] | list[int],
    status: EnrolmentStatus = EnrolmentStatus.COMPLETED,
    *,
    order_number: str = "214-ө",
    order_date: date | None = ORDER_DAY,
    reason: str | None = None,
) -> int:
    return change_status(
        world.session,
        cohort=world.cohort(),
        numbers=numbers,
        status=status,
        order_number=order_number,
        order_date=order_date,
        reason=reason,
        actor=world.actor("coordinator"),
        now=NOW,
    )


def test_an_order_marks_many_at_once_and_stays_in_the_history(world: World) -> None:
    assert mark(world, [1, 2]) == 2
    done = completed_enrolments(world.session, world.cohort().id)
    assert [row.number for row in done] == [2, 1], "Ә stands before Б"
    change = get_enrolment(world.session, world.cohort(), 1).history[-1]
    assert (change.order_number, change.order_date, change.actor_id) == (
        "214-ө",
        ORDER_DAY,
        world.users["coordinator"].id,
    )
    last = last_order(world.session, world.cohort().id)
    assert last is not None
    assert last.order_number == "214-ө"
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.act == "cohorts.people_marked")).one()
    assert entry.detail["numbers"] == [1, 2]


def test_all_or_none(world: World) -> None:
    mark(world, [1])
    with pytest.raises(DomainError, match="cannot follow"):
        mark(world, [1, 2])
    assert get_enrolment(world.session, world.cohort(), 2).status == EnrolmentStatus.ENROLLED


def test_a_number_that_is_not_in_the_list_is_not_found(world: World) -> None:
    with pytest.raises(NotFoundError):
        mark(world, [1, 99])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"order_number": " "}, "order_number"),
        ({"order_date": None}, "order_date"),
        ({"order_date": date(2026, 11, 25)}, "order_date"),
    ],
)
def test_an_order_is_needed(world: World, changes: dict[str, str | date | None], field: str) -> None:
    with pytest.raises(DomainError) as caught:
        mark(world, [1], **changes)  # type: ignore[arg-type]  # the parameters' own keywords
    assert caught.value.field == field


def test_nobody_is_marked_when_nobody_was_ticked(world: World) -> None:
    with pytest.raises(DomainError, match="tick at least one"):
        mark(world, [])


def test_the_second_of_two_coordinators_is_told(world: World) -> None:
    seen = get_enrolment(world.session, world.cohort(), 1).version
    mark(world, {1: seen})
    with pytest.raises(ConflictError) as caught:
        mark(world, {1: seen}, EnrolmentStatus.NOT_COMPLETED, reason="an appeal")
    assert (caught.value.who, caught.value.version) == ("Coordinator", seen + 1)
    assert [(str(row.saved), str(row.typed)) for row in caught.value.differences] == [("Completed", "Not completed")]
    assert get_enrolment(world.session, world.cohort(), 1).status == EnrolmentStatus.COMPLETED


def test_a_higher_package_can_refuse_a_step(world: World) -> None:
    from app.kernel.words import Message  # noqa: PLC0415 - read beside its use

    def refuse(_event: StatusChanging) -> None:
        raise DomainError(Message("There is a certificate."))

    with status_changing.connected_to(refuse), pytest.raises(DomainError, match="certificate"):
        mark(world, [1])


def test_a_corrected_name_keeps_the_former_one(world: World) -> None:
    row = get_enrolment(world.session, world.cohort(), 1)
    right = PersonalName("Бекоева", "Ада")
    done = correct_name(
        world.session,
        enrolment=row,
        names={NameForm.KK: right, NameForm.RU: right},
        kind=NameKind.IDENTITY_CARD,
        reason="identity card",
        version=row.person.version,
        actor=world.actor("coordinator"),
        now=NOW,
    )
    assert done
    assert current_name(row.person, NameForm.KK) == right
    assert {name.surname for name in row.person.names if name.valid_to} == {"Бекова"}
    assert row.person.search_key.startswith("бекоева")


@pytest.mark.parametrize(
    ("surname", "reason", "field"),
    [("<b>", "card", "kk_surname"), ("Ә" * 121, "card", "kk_surname"), ("Бек", " ", "reason")],
)
def test_a_name_that_is_none_is_refused(world: World, surname: str, reason: str, field: str) -> None:
    row = get_enrolment(world.session, world.cohort(), 1)
    with pytest.raises(DomainError) as caught:
        correct_name(
            world.session,
            enrolment=row,
            names={NameForm.KK: PersonalName(surname)},
            kind=NameKind.STATED,
            reason=reason,
            actor=None,
            now=NOW,
        )
    assert caught.value.field == field


def test_two_corrections_at_once_are_a_conflict(world: World) -> None:
    row = get_enrolment(world.session, world.cohort(), 1)
    with pytest.raises(ConflictError):
        correct_name(
            world.session,
            enrolment=row,
            names={NameForm.KK: PersonalName("Бек")},
            kind=NameKind.STATED,
            reason="card",
            version=row.person.version - 1,
            actor=None,
            now=NOW,
        )


def test_a_cohort_closes_with_people_who_did_not_complete_but_not_without_a_decision(world: World) -> None:
    cohort = world.cohort()
    mark(world, [1])
    with pytest.raises(DomainError, match="neither completed nor not completed: 2"):
        close_cohort(world.session, cohort=cohort, actor=None, now=NOW)
    mark(world, [2], EnrolmentStatus.NOT_COMPLETED)
    mark(world, [3], EnrolmentStatus.WITHDRAWN, reason="another post")
    close_cohort(world.session, cohort=cohort, actor=None, now=NOW)
    assert cohort.status == CohortStatus.CLOSED
    assert sum(status_counts(world.session, [cohort.id])[cohort.id].values()) == 3
    with pytest.raises(DomainError, match="closed"):
        mark(world, [2])
    start_cohort(world.session, cohort=cohort, actor=None, now=NOW)
    assert mark(world, [2]) == 1


def test_a_cohort_does_not_close_while_another_package_has_something_open(world: World) -> None:
    from app.kernel.words import Message  # noqa: PLC0415 - read beside its use

    waiting = Matter(Message("Minutes are not closed."), "cohorts.people", {"code": "kel-1"})

    def answer(closing: CohortClosing) -> None:
        closing.matters.append(waiting)

    cohort = world.cohort()
    with cohort_closing.connected_to(answer):
        found = open_matters(world.session, cohort=cohort, now=NOW)
        assert [str(matter.text) for matter in found] == [
            "People marked neither completed nor not completed: 3",
            "Minutes are not closed.",
        ]
        mark(world, [1, 2, 3])
        with pytest.raises(StillOpenError) as caught:
            close_cohort(world.session, cohort=cohort, actor=None, now=NOW)
    assert caught.value.matters == (waiting,)
    assert cohort.status == CohortStatus.RUNNING
    close_cohort(world.session, cohort=cohort, actor=None, now=NOW)


def test_a_planned_cohort_is_not_asked_for_open_matters(world: World) -> None:
    with pytest.raises(DomainError, match="cannot follow"):
        close_cohort(world.session, cohort=world.cohort("kel-2"), actor=None, now=NOW)
